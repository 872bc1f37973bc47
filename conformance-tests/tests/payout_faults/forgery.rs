//! Answers that are changed on the way.

use bytes::Bytes;
use conformance_tests::proxy::Fault;
use http::Response;
use serde_json::Value;

/// A fault that changes answers.
pub(crate) fn forged(name: &'static str, rewrite: fn(Response<Bytes>) -> Response<Bytes>) -> Fault {
    Fault::Rewritten { name, rewrite }
}

/// The same answer with its JSON edited.
pub(crate) fn edited(answer: Response<Bytes>, edit: fn(&mut Value)) -> Response<Bytes> {
    answer.map(|body| {
        let mut json = serde_json::from_slice(&body).unwrap();
        edit(&mut json);
        json.to_string().into()
    })
}

/// The member at a JSON pointer, such as `/data/amount`.
pub(crate) fn at<'a>(json: &'a mut Value, pointer: &str) -> &'a mut Value {
    json.pointer_mut(pointer).unwrap()
}
