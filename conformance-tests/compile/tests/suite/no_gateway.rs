struct Toy;

impl Toy {
    async fn start() -> Self {
        Self
    }
}

conformance_tests::suite!(Toy::start; payments);

fn main() {}
