//! Uploads of files and images (`docs.knack.com/docs/fileimage-uploads`). An upload stands for itself
//! until a record is given its id.

use http::StatusCode;

use crate::answer::Answer;
use crate::assets::{self, Asset};
use crate::gate;
use crate::multipart::{self, Part};
use crate::routes::{Desk, Request};

/// Takes an upload of a kind, `file` or `image`, to an application.
pub(crate) fn answer(desk: &mut Desk<'_>, request: &Request, (application, kind): (&str, &str)) -> Answer {
    if application != desk.app.id {
        return Answer::bad_request("Malformed App ID.");
    }
    let (part, name) = match file(request) {
        Ok(file) => file,
        Err(refusal) => return refusal,
    };
    if part.body.len() > desk.manners.largest_upload {
        return Answer::text(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large");
    }
    let asset = Asset {
        id: desk.store.new_id(desk.wall.as_secs()),
        image: kind == "image",
        content_type: part.content_type.unwrap_or_else(|| assets::type_by_name(&name).to_owned()),
        name,
        body: part.body,
        origin: request.origin.clone(),
    };
    let told = desk.store.assets.told(application, &asset);
    desk.store.assets.add(asset);
    Answer::json(StatusCode::OK, told.to_string())
}

/// The file of a form, and the name that it is kept under.
fn file(request: &Request) -> Result<(Part, String), Answer> {
    let content_type = gate::text(&request.headers, "content-type").unwrap_or_default();
    let parts = multipart::parts(content_type, &request.body).map_err(Answer::bad_request)?;
    let part = parts.into_iter().find(|part| part.name == "files");
    let part = part.ok_or_else(|| Answer::bad_request("No files were uploaded."))?;
    let name = part.filename.as_deref().filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Answer::bad_request("The file has no name."))?;
    let name = assets::safe_name(name);
    Ok((part, name))
}
