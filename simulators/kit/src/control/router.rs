//! The control of a gateway over HTTP.

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State, rejection::JsonRejection},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{Acted, Action, ActionRefused, Control, FailingValue, Overview, Sample};

type Shared = State<Arc<dyn Control>>;

/// Creates a router that serves the control of a gateway as JSON: `GET /overview`, `GET /samples`,
/// `GET /failing` and `POST /actions` with an [`Action`].
///
/// `GET /samples/{operation}` returns one curl line as text, for a shell: the first line of that
/// operation, or with `?number=2` the second. `GET /failing/{fate}` returns the line of a failing
/// value.
///
/// A POST must have the content type `application/json`, which a page in a browser cannot send to
/// another origin without a preflight request. A refusal is `{"kind": …, "error": …}`.
pub fn router<S>(control: Arc<dyn Control>) -> Router<S> {
    Router::new()
        .route("/overview", get(overview))
        .route("/samples", get(samples))
        .route("/samples/{operation}", get(line))
        .route("/failing", get(failing))
        .route("/failing/{fate}", get(failing_line))
        .route("/actions", post(act))
        .with_state(control)
}

async fn overview(State(control): Shared) -> Json<Overview> {
    Json(control.overview())
}

async fn samples(State(control): Shared) -> Json<Vec<Sample>> {
    Json(control.samples())
}

#[derive(Deserialize)]
struct Which {
    /// The number of the line, from 1.
    number: Option<NonZeroUsize>,
}

async fn line(
    State(control): Shared,
    Path(operation): Path<String>,
    Query(which): Query<Which>,
) -> Result<String, StatusCode> {
    let before = which.number.map_or(0, |number| number.get().saturating_sub(1));
    let mut lines = control.samples().into_iter().filter(|it| it.operation == operation);
    let sample = lines.nth(before).ok_or(StatusCode::NOT_FOUND)?;
    Ok(format!("{}\n", sample.curl))
}

async fn failing_line(
    State(control): Shared,
    Path(fate): Path<String>,
) -> Result<String, StatusCode> {
    let mut values = control.failing_values().into_iter().filter(|it| it.fate == fate);
    let curl = values.find_map(|value| value.curl).ok_or(StatusCode::NOT_FOUND)?;
    Ok(format!("{curl}\n"))
}

async fn failing(State(control): Shared) -> Json<Vec<FailingValue>> {
    Json(control.failing_values())
}

async fn act(
    State(control): Shared,
    action: Result<Json<Action>, JsonRejection>,
) -> Result<Json<Acted>, Refusal> {
    let Json(action) = action.map_err(Refusal::Unread)?;
    Ok(Json(control.act(action).await.map_err(Refusal::Refused)?))
}

enum Refusal {
    /// The body is not an action.
    Unread(JsonRejection),
    Refused(ActionRefused),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            kind: &'static str,
            error: String,
        }
        let (status, kind, error) = match self {
            Self::Unread(rejection) => (rejection.status(), "unread", rejection.body_text()),
            Self::Refused(refused) => {
                let status = match refused {
                    ActionRefused::Unknown(_) => StatusCode::NOT_FOUND,
                    ActionRefused::Impossible(_) => StatusCode::CONFLICT,
                    ActionRefused::NotOffered(_) | ActionRefused::Invalid { .. } => {
                        StatusCode::UNPROCESSABLE_ENTITY
                    }
                };
                (status, refused.kind(), refused.to_string())
            }
        };
        (status, Json(Body { kind, error })).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use axum::body::Body;
    use http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    struct Gateway;

    #[async_trait]
    impl Control for Gateway {
        fn overview(&self) -> Overview {
            Overview { now: 7, ..Overview::default() }
        }

        async fn act(&self, action: Action) -> Result<Acted, ActionRefused> {
            match action {
                Action::Pay { order, .. } if order == "DH-1" => Ok(Acted::new("paid")),
                Action::Pay { order, .. } => Err(ActionRefused::Unknown(format!("no {order}"))),
                _ => Err(ActionRefused::NotOffered("only pay".to_owned())),
            }
        }

        fn samples(&self) -> Vec<Sample> {
            Vec::new()
        }

        fn failing_values(&self) -> Vec<FailingValue> {
            vec![FailingValue::new("order amount", "1", "declined", "no money")]
        }
    }

    async fn answer(request: Request<Body>) -> (u16, String) {
        let response = router::<()>(Arc::new(Gateway)).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn actions_are_json_posts_and_refusals_say_why() {
        for (content_type, body, status, part) in [
            ("application/json", r#"{"action":"pay","order":"DH-1"}"#, 200, "paid"),
            ("application/json", r#"{"action":"pay","order":"DH-2"}"#, 404, "no DH-2"),
            ("application/json", r#"{"action":"fail","order":"DH-1"}"#, 422, "only pay"),
            ("application/json", r#"{"action":"pay"}"#, 422, "order"),
            ("application/json", "{", 400, "unread"),
            ("text/plain", r#"{"action":"pay","order":"DH-1"}"#, 415, "application/json"),
            ("application/x-www-form-urlencoded", "action=pay&order=DH-1", 415, "unread"),
        ] {
            let request = Request::post("/actions").header("content-type", content_type);
            let (found, answer) = answer(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(found, status, "{body}: {answer}");
            assert!(answer.contains(part), "{body}: {answer}");
        }
    }

    #[tokio::test]
    async fn what_the_gateway_knows_is_json() {
        for (path, part) in
            [("/overview", r#""now":7"#), ("/samples", "[]"), ("/failing", r#""fate":"declined""#)]
        {
            let (status, body) = answer(Request::get(path).body(Body::empty()).unwrap()).await;
            assert_eq!(status, 200);
            assert!(body.contains(part), "{body}");
        }
    }
}
