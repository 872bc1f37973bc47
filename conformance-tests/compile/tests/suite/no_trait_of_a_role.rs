mod toy;

conformance_tests::suite!(toy::Toy::start; payments, notifications);

fn main() {}
