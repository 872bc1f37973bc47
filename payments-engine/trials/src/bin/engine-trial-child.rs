//! The process that is killed or stopped; see `engine_trials::kills`.

fn main() {
    engine_trials::kills::child();
}
