//! Files, images and signatures.

use crate::cell::{Cell, ValueError};
use crate::key::AssetId;
use crate::kind::{File, Image, Signature};
use crate::value::number::whole;
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

/// An uploaded file or image, as Knack tells of it. Written, it is its id: the file itself is sent before,
/// in a call of its own, and belongs to one field of one record.
///
/// Source: docs.knack.com/docs/fileimage-uploads.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::kind::File;
/// use knack_core::value::{FromField, UploadedFile};
///
/// let sent = br#"{"id":"5d7967132be2bb0010892ce7","filename":"terms.pdf","url":"https://example.com/terms.pdf",
///     "thumb_url":"","size":305741}"#;
/// let terms = <UploadedFile as FromField<File>>::from_field(Cell::new(sent))?;
/// assert_eq!((terms.filename.as_str(), terms.size, terms.thumb_url), ("terms.pdf", Some(305_741), None));
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UploadedFile {
    /// The file's id.
    pub id: AssetId,
    /// Its name.
    pub filename: String,
    /// Where it can be had. Secure files need a login there.
    pub url: String,
    /// Where a small picture of it can be had, if there is one.
    pub thumb_url: Option<String>,
    /// Its size in bytes, if it is told as a number of them.
    pub size: Option<u64>,
}

fn uploaded(cell: Cell<'_>) -> Result<UploadedFile, ValueError> {
    let (mut id, mut file) = (None, (String::new(), String::new(), None, None));
    for (key, part) in cell.entries().filter(|(_, part)| !part.is_empty()) {
        match &*key {
            b"id" => id = Some(asset_id(part)?),
            b"filename" => file.0 = part.text()?.into(),
            b"url" => file.1 = part.text()?.into(),
            b"thumb_url" => file.2 = Some(part.text()?.into()),
            // No size, or one in words, is no reason to lose the file.
            b"size" => file.3 = part.number().ok().and_then(|size| whole(&size).ok()),
            _ => {}
        }
    }
    let id = id.ok_or_else(|| ValueError::new("has no file id"))?;
    let (filename, url, thumb_url, size) = file;
    Ok(UploadedFile { id, filename, url, thumb_url, size })
}

fn asset_id(cell: Cell<'_>) -> Result<AssetId, ValueError> {
    cell.text()?.parse().map_err(|_| ValueError::new("has a file id that is none (24 hexadecimal digits)"))
}

/// An image: uploaded, or somewhere on the web, as the field is set.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{FromField, Picture};
///
/// let sent = Cell::new(br#""https://example.com/bike.png""#);
/// assert_eq!(Picture::from_field(sent)?.url(), "https://example.com/bike.png");
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Picture {
    /// In Knack's store.
    Uploaded(UploadedFile),
    /// At this address.
    Web(String),
}

impl Picture {
    /// Where it can be had.
    pub fn url(&self) -> &str {
        match self {
            Self::Uploaded(file) => &file.url,
            Self::Web(url) => url,
        }
    }
}

impl FromField<File> for UploadedFile {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        uploaded(filled(cell)?)
    }
}

impl FromField<Image> for UploadedFile {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        uploaded(filled(cell)?)
    }
}

impl FromField<Image> for Picture {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let cell = filled(cell)?;
        if cell.is_object() {
            return uploaded(cell).map(Self::Uploaded);
        }
        cell.text().map(|url| Self::Web(url.into()))
    }
}

impl FromField<Image> for String {
    /// Where the image can be had; an empty field gives an empty text.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_empty() {
            Ok(Self::new())
        } else {
            Picture::from_field(cell).map(|image| image.url().to_owned())
        }
    }
}

macro_rules! written_as_id {
    ($($kind:ident)*) => {
        $(
            impl ToField<$kind> for AssetId {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(&self.to_string());
                    Ok(())
                }
            }

            impl ToField<$kind> for UploadedFile {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    <AssetId as ToField<$kind>>::to_field(&self.id, out)
                }
            }
        )*
    };
}

written_as_id!(File Image);

impl ToField<Image> for Picture {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        match self {
            Self::Uploaded(file) => <UploadedFile as ToField<Image>>::to_field(file, out),
            Self::Web(url) => <str as ToField<Image>>::to_field(url, out),
        }
    }
}

impl ToField<Image> for str {
    /// The address of an image, for fields that take one.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.text(self);
        Ok(())
    }
}

impl ToField<Image> for String {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.text(self);
        Ok(())
    }
}

/// A drawn signature, in the two forms that Knack keeps.
///
/// Source: recorded answers.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{Drawing, FromField};
///
/// let sent = br#"{"base30":"5EZ445","svg":"<svg></svg>"}"#;
/// assert_eq!(Drawing::from_field(Cell::new(sent))?.svg, "<svg></svg>");
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Drawing {
    /// The strokes, coded.
    pub base30: String,
    /// The picture as SVG. It may come from anybody who can fill the form: do not show it unchecked.
    pub svg: String,
}

impl FromField<Signature> for Drawing {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if !filled(cell)?.is_object() {
            return Err(ValueError::new("is no signature"));
        }
        let mut drawing = Self::default();
        for (key, part) in cell.entries() {
            match &*key {
                b"base30" => drawing.base30 = part.text()?.into(),
                b"svg" => drawing.svg = part.text()?.into(),
                _ => {}
            }
        }
        if drawing == Self::default() { Err(ValueError::new("is no signature")) } else { Ok(drawing) }
    }
}

impl ToField<Signature> for Drawing {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.object(|out| {
            out.entry("base30", |out| out.text(&self.base30));
            out.entry("svg", |out| out.text(&self.svg));
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_are_none_do_not_cost_the_file() {
        for (size, bytes) in [
            ("305741", Some(305_741)),
            ("\"305741\"", Some(305_741)),
            ("305741.0", Some(305_741)),
            ("\"305 KB\"", None),
            ("305.5", None),
            ("-1", None),
            ("{}", None),
            ("[7]", None),
        ] {
            let sent = format!(r#"{{"id":"5d7967132be2bb0010892ce7","filename":"a","size":{size}}}"#);
            let file = <UploadedFile as FromField<File>>::from_field(Cell::new(sent.as_bytes())).unwrap();
            assert_eq!((file.size, file.filename.as_str()), (bytes, "a"), "{size}");
        }
    }

    #[test]
    fn what_is_no_signature_is_an_error() {
        for sent in ["\"x\"", r#"{"png":"x"}"#, r#"{"svg":"","png":"x"}"#] {
            let read = Drawing::from_field(Cell::new(sent.as_bytes()));
            assert_eq!(read.unwrap_err().to_string(), "is no signature", "{sent}");
        }
    }
}
