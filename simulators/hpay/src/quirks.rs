//! Responses as other parts of HPay print them: the same field is text here and a number there.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::header::{CONTENT_LENGTH, CONTENT_TYPE},
    middleware::Next,
    response::Response,
};
use serde_json::{Number, Value};

use super::{faults::Operation, gateway::Gateway};

/// Oddities of responses in JSON. All are off unless set; then each response looks as the
/// reference's example of it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerQuirks {
    /// The code of success is the number 0, as it is for the balance.
    pub success_as_number: bool,
    /// Numbers in `data` are text.
    pub numbers_as_text: bool,
    /// Text of digits in `data` is a number, unless it begins with a zero.
    pub text_as_numbers: bool,
}

impl AnswerQuirks {
    /// The code of success is the number 0.
    pub fn with_success_as_number(mut self) -> Self {
        self.success_as_number = true;
        self
    }

    /// Numbers in `data` are text.
    pub fn with_numbers_as_text(mut self) -> Self {
        self.numbers_as_text = true;
        self
    }

    /// Text of digits in `data` is a number.
    pub fn with_text_as_numbers(mut self) -> Self {
        self.text_as_numbers = true;
        self
    }

    fn rewrite(self, answer: &mut Value) {
        if let Some(code) = answer.get_mut("error_code")
            && self.success_as_number
            && matches!(code.as_str(), Some("0" | "00" | "000"))
        {
            *code = Value::from(0);
        }
        if let Some(data) = answer.get_mut("data") {
            self.respell(data);
        }
    }

    fn respell(self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.respell(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.respell(field)),
            Value::Number(number) if self.numbers_as_text => {
                *value = Value::String(number.to_string());
            }
            Value::String(text) if self.text_as_numbers => {
                let number = text.parse().ok().filter(|number: &u64| number.to_string() == *text);
                if let Some(number) = number {
                    *value = Value::Number(Number::from(number));
                }
            }
            _ => {}
        }
    }
}

/// The largest answer of the simulator, pages included.
const LARGEST: usize = 1 << 20;

/// Rewrites a response in JSON, and signs it by a replaced formula, if the settings say so.
pub(crate) async fn rewrite(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let quirks = gateway.settings.answer_quirks;
    let operation: Option<Operation> = response.extensions().get().copied();
    let is_json =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let is_as_usual = quirks == AnswerQuirks::default() && !gateway.settings.has_formulas();
    if is_as_usual || !is_json {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return Response::from_parts(head, Body::empty());
    };
    let bytes = match serde_json::from_slice::<Value>(&bytes) {
        Ok(mut answer) => {
            quirks.rewrite(&mut answer);
            if let Some(operation) = operation {
                gateway.sign_response(operation, &mut answer);
            }
            answer.to_string().into()
        }
        Err(_) => bytes,
    };
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(bytes))
}
