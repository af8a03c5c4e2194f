//! Uploads of files and images (`docs.knack.com/docs/fileimage-uploads`). An upload stands for itself
//! until a record is given its id.

use std::time::Duration;

use http::{Method, StatusCode};

use crate::answer::Answer;
use crate::app::App;
use crate::assets::{self, Asset};
use crate::gate;
use crate::multipart;
use crate::routes::{Manners, Request};
use crate::store::Store;

/// Whether this is where uploads go.
pub(crate) fn concerns(method: &Method, steps: &[&str]) -> bool {
    method == Method::POST && matches!(steps, ["applications", _, "assets", "file" | "image", "upload"])
}

/// Takes an upload; `None` for any other request.
pub(crate) fn answer(
    (app, store): (&App, &mut Store),
    manners: Manners,
    request: &Request,
    steps: &[&str],
    wall: Duration,
) -> Option<Answer> {
    if !concerns(&request.method, steps) {
        return None;
    }
    let ["applications", id, _, kind, _] = steps else { return None };
    if *id != app.id {
        return Some(Answer::bad_request("Malformed App ID."));
    }
    let content_type = gate::text(&request.headers, "content-type").unwrap_or_default();
    let parts = match multipart::parts(content_type, &request.body) {
        Ok(parts) => parts,
        Err(why) => return Some(Answer::bad_request(why)),
    };
    let Some(part) = parts.into_iter().find(|part| part.name == "files") else {
        return Some(Answer::bad_request("No files were uploaded."));
    };
    let Some(name) = part.filename.filter(|name| !name.trim().is_empty()) else {
        return Some(Answer::bad_request("The file has no name."));
    };
    if part.body.len() > manners.largest_upload {
        return Some(Answer::text(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large"));
    }
    let name = assets::safe_name(&name);
    let asset = Asset {
        id: store.new_id(wall.as_secs()),
        image: *kind == "image",
        content_type: part.content_type.unwrap_or_else(|| assets::type_by_name(&name).to_owned()),
        name,
        body: part.body,
        origin: request.origin.clone(),
    };
    let told = store.assets.told(&app.id, &asset);
    store.assets.add(asset);
    Some(Answer::json(StatusCode::OK, told.to_string()))
}
