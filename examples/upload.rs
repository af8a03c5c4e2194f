//! Files against a local Knack: one goes up from the disk and on to a product, an image on to an employee, and
//! both come down again, the first over a connection that breaks.
//!
//! `cargo run --example upload` needs no account and nothing installed. Against a real application, the client
//! is made by `Client::from_env()` and the keys are those of its fields.

use std::error::Error;
use std::path::{Path, PathBuf};

use knack_emulator::{Emulator, Fault};
use knack_runtime::value::UploadedFile;
use knack_runtime::{Client, KnackObject, RecordId, Upload};

/// A product, with its data sheet.
#[derive(Debug, KnackObject)]
#[knack(object = "object_4")]
struct Product {
    #[knack(key = "field_30", kind = "short_text", required)]
    name: String,
    #[knack(key = "field_100", kind = "file")]
    data_sheet: Option<UploadedFile>,
}

/// An employee, with a photo.
#[derive(Debug, KnackObject)]
#[knack(object = "object_3")]
struct Employee {
    #[knack(key = "field_20", kind = "name", required)]
    name: String,
    #[knack(key = "field_91", kind = "image")]
    photo: Option<UploadedFile>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let local = Emulator::builder().sample().build()?;
    let server = local.serve().await?;
    println!("a local Knack answers at {}\n", server.url());

    let knack = Client::builder(local.application_id())
        .api_key(local.api_key())
        .base_url(format!("{}/v1", server.url()))
        .build()?;

    let folder = std::env::temp_dir().join(format!("knack-upload-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = both_ways(&knack, &local, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    server.stop().await;
    done
}

async fn both_ways(knack: &Client, local: &Emulator, folder: &Path) -> Result<(), Box<dyn Error>> {
    let (product, employee) = (first(local, "object_4")?, first(local, "object_3")?);

    let sheet = folder.join("data sheet.txt");
    std::fs::write(&sheet, "Weight 12.4 kg, 27 gears, steel.\n".repeat(60_000))?;
    let stored = data_sheet(knack, product, &sheet).await?;

    let photo = Upload::from_bytes("IMG_0042.png", &b"\x89PNG\r\n\x1a\n..."[..]).named("mechanic.png");
    let employee = knack.attach::<Employee>(employee, Employee::PHOTO, photo).await?;
    let photo = employee.photo.ok_or("no photo")?;
    println!("attached {} to {}", photo.filename, employee.name);

    local.inject(Fault::cut_download(1_000_000));
    let copy = come_down(knack, &stored, folder).await?;
    check(std::fs::read(&copy)? == std::fs::read(&sheet)?, "what comes down is what went up")?;
    println!("the same, byte for byte");

    let photo = knack.download(&photo).at_most(1_000_000).bytes().await?;
    check(photo.starts_with(b"\x89PNG"), "the photo is one")?;
    println!("photo    {} bytes", photo.len());
    Ok(())
}

/// Uploads a file from its path and gives it to a product.
async fn data_sheet(knack: &Client, id: RecordId, path: &Path) -> Result<UploadedFile, Box<dyn Error>> {
    let upload = Upload::from_path(path).at_most(10_000_000).on_progress(|progress| {
        if Some(progress.done) == progress.total {
            println!("sent     {} bytes", progress.done);
        }
    });
    let product = knack.attach::<Product>(id, Product::DATA_SHEET, upload).await?;
    let stored = product.data_sheet.ok_or("no data sheet")?;
    println!("attached {:?} to {}", stored.filename, product.name);
    Ok(stored)
}

/// Downloads a file into a folder; the connection breaks on the way, and it goes on where it was.
async fn come_down(knack: &Client, file: &UploadedFile, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let folder = folder.join("down");
    std::fs::create_dir(&folder)?;
    let saved = knack.download(file).save_in(&folder).await?;
    println!("saved    {} bytes under the name {}", saved.metadata()?.len(), file.filename);
    Ok(saved)
}

fn first(local: &Emulator, object: &str) -> Result<RecordId, Box<dyn Error>> {
    Ok(local.ids(object).first().ok_or("no record")?.parse()?)
}

fn check(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
