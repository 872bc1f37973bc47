mod toy;

conformance_tests::suite!(toy::Toy::start; cards);

fn main() {}
