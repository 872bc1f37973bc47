mod toy;

conformance_tests::suite!(toy::Toy::start);

fn main() {}
