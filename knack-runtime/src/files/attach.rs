//! An upload that becomes the value of a field.

use knack_core::RecordId;
use knack_core::error::Result;
use knack_core::kind::{File, Image};
use knack_core::object::Field;
use knack_core::patch::Patch;
use knack_core::value::UploadedFile;
use knack_core::verbs::KnackObject;
use tracing::warn;

use super::Upload;
use crate::client::{ApiKey, Client};

/// The handle of a file or image field of the object `O`, for [`Client::attach`].
///
/// ```compile_fail,E0277
/// # use knack_runtime::{ApiKey, Client, KnackObject, RecordId, Upload};
/// # #[derive(Debug, KnackObject)]
/// # #[knack(object = "object_1")]
/// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
/// async fn wrong(knack: &Client<ApiKey>, id: RecordId, photo: Upload) {
///     let _ = knack.attach::<Customer>(id, Customer::COMPANY, photo).await; // a text
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this is no file or image field of that object",
    label = "no field for a file",
    note = "take the handle of a field with `kind = \"file\"` or `kind = \"image\"`, of a struct of the same object"
)]
pub trait FileField<O>: sealed::Sealed<O> + Send {}

mod sealed {
    use super::{KnackObject, Patch, UploadedFile};

    pub trait Sealed<O> {
        const IS_IMAGE: bool;

        fn set<T: KnackObject<Object = O>>(self, file: &UploadedFile) -> Patch<T>;
    }
}

macro_rules! file_fields {
    ($($kind:ident: $is_image:literal)*) => {
        $(
            impl<O, N: Send> FileField<O> for Field<O, $kind, N> {}

            impl<O, N> sealed::Sealed<O> for Field<O, $kind, N> {
                const IS_IMAGE: bool = $is_image;

                fn set<T: KnackObject<Object = O>>(self, file: &UploadedFile) -> Patch<T> {
                    Patch::new().set(self, file.id)
                }
            }
        )*
    };
}

file_fields!(File: false Image: true);

impl Client<ApiKey> {
    /// Uploads a file and gives it to a record: the field is set to it, and the record read back. Costs what
    /// [`upload_file`](Self::upload_file) and [`update`](KnackObject::update) do.
    ///
    /// If the field cannot be set, the error is the update's, and a warning in the log names the file that
    /// Knack has stored by then.
    ///
    /// Source: docs.knack.com/docs/fileimage-uploads.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::value::UploadedFile;
    /// # use knack_runtime::{Client, KnackObject, RecordId};
    /// #[derive(Debug, KnackObject)]
    /// #[knack(object = "object_4")]
    /// struct Product {
    ///     #[knack(key = "field_100", kind = "file")]
    ///     data_sheet: Option<UploadedFile>,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let id: RecordId = local.ids("object_4")[0].parse()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// use knack_runtime::Upload;
    ///
    /// let knack = builder.transport(local.transport()).build()?;
    /// let sheet = Upload::from_bytes("tire.txt", "700x28C");
    /// let product = knack.attach::<Product>(id, Product::DATA_SHEET, sheet).await?;
    /// assert_eq!(product.data_sheet.unwrap().filename, "tire.txt");
    /// # Ok(()) }
    /// ```
    pub async fn attach<T: KnackObject>(
        &self,
        id: RecordId,
        field: impl FileField<T::Object>,
        upload: Upload,
    ) -> Result<T> {
        let file = upload_as(self, &field, upload).await?;
        let set = T::update(self, id, field.set(&file)).await;
        if set.is_err() {
            warn!(asset = %file.id, "the file is stored, and the record does not have it");
        }
        set
    }
}

/// Uploads as the field's kind says.
async fn upload_as<O, F: FileField<O>>(
    client: &Client<ApiKey>,
    _: &F,
    upload: Upload,
) -> Result<UploadedFile> {
    if F::IS_IMAGE { client.upload_image(upload).await } else { client.upload_file(upload).await }
}
