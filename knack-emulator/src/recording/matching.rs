//! Which recorded exchange a request asks for, and what differs from the nearest where there is none.

use serde_json::Value;

use super::body::Body;
use super::compare::{self, Pair};
use super::exchange::{Asked, shortened};
use super::secrets::STAND_IN;

/// Names and values are shown up to this length.
const SHOWN: usize = 60;
/// So many differences are told.
const TOLD: usize = 10;

/// Whether a recorded request stands for one that is sent now.
pub(crate) fn is_like(recorded: &Asked, asked: &Asked) -> bool {
    recorded.method == asked.method
        && is_path_like(&recorded.path, &asked.path)
        && compare::are_pairs_like(&recorded.query, &asked.query)
        && recorded.body.is_like(&asked.body)
}

/// What differs, in words, and how much that is.
pub(crate) fn difference(recorded: &Asked, asked: &Asked) -> (usize, Vec<String>) {
    let mut said = Vec::new();
    let mut weight = 0;
    if recorded.method != asked.method {
        weight += 10;
        said.push(format!("the method is {}, recorded is {}", asked.method, recorded.method));
    }
    if !is_path_like(&recorded.path, &asked.path) {
        let [recorded, asked] = [recorded, asked].map(|one| steps(&one.path));
        let others = recorded.len().abs_diff(asked.len());
        let pairs = recorded.iter().zip(&asked);
        weight += 5 * (others + pairs.filter(|(recorded, asked)| !is_step_like(recorded, asked)).count());
        said.push("the path is another".to_owned());
    }
    let query = pairs("the query's", &recorded.query, &asked.query);
    weight += query.len();
    said.extend(query);
    if !recorded.body.is_like(&asked.body) {
        let body = bodies(&recorded.body, &asked.body);
        weight += body.len();
        said.extend(body);
    }
    if said.len() > TOLD {
        let more = said.split_off(TOLD).len();
        said.push(format!("and {more} more"));
    }
    (weight, said)
}

fn is_path_like(recorded: &str, asked: &str) -> bool {
    let (recorded, asked) = (steps(recorded), steps(asked));
    recorded.len() == asked.len()
        && recorded.iter().zip(&asked).all(|(recorded, asked)| is_step_like(recorded, asked))
}

fn is_step_like(recorded: &str, asked: &str) -> bool {
    recorded == STAND_IN || compare::is_text_like(recorded, asked)
}

/// The steps of a path, decoded. Knack passes over a slash at its end.
fn steps(path: &str) -> Vec<String> {
    let decode = |step: &str| percent_encoding::percent_decode_str(step).decode_utf8_lossy().into_owned();
    path.trim_end_matches('/').split('/').map(decode).collect()
}

fn pairs(whose: &str, recorded: &[Pair], asked: &[Pair]) -> Vec<String> {
    let (missing, mut more) = compare::unlike(recorded, asked);
    let mut said = Vec::new();
    for (name, value) in missing {
        let instead = more.iter().position(|(other, _)| other == name).map(|place| more.remove(place));
        let name = shortened(name, SHOWN);
        said.push(match instead {
            Some((_, asked)) => format!("{whose} {name} is {}, recorded is {}", shown(asked), shown(value)),
            None => format!("{whose} {name} is missing, recorded is {}", shown(value)),
        });
    }
    said.extend(more.into_iter().map(|(name, value)| {
        format!("{whose} {} is {}, recorded is none", shortened(name, SHOWN), shown(value))
    }));
    said
}

fn bodies(recorded: &Body, asked: &Body) -> Vec<String> {
    let entries = |body: &Body| match body {
        Body::Form(pairs) => Some(pairs.clone()),
        Body::Json(text) => match compare::json(text)? {
            Value::Object(entries) => Some(entries.into_iter().collect()),
            _ => None,
        },
        _ => None,
    };
    match entries(recorded).zip(entries(asked)) {
        Some((recorded, asked)) => pairs("the body's", &recorded, &asked),
        None => vec!["the body is another".to_owned()],
    }
}

fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    shortened(&text, SHOWN)
}
