conformance_tests::suite!(payments, notifications);

fn main() {}
