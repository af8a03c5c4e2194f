//! Parameters, with and without bounds of their own; the struct is used as well.

use knack_runtime::error::Result;
use knack_runtime::{Client, KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Borrowed<'a> {
    #[knack(key = "field_7", kind = "short_text")]
    name: &'a str,
}

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Generic<T: Copy, const N: usize>
where
    [T; N]: Clone,
{
    #[knack(key = "field_7", kind = "short_text")]
    name: [T; N],
}

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct Unsized<T: ?Sized> {
    #[knack(key = "field_7", kind = "short_text")]
    name: Box<T>,
}

async fn used(client: &Client, id: RecordId) -> Result<()> {
    let _ = Borrowed::get(client, id).await?.name;
    let _ = Generic::<u8, 4>::get(client, id).await?.name;
    let _ = Borrowed::create(client, &Unsized::<str> { name: "Ann".into() }).await?;
    Ok(())
}

fn main() {}
