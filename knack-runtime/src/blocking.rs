//! Work with files, which would hold up the tasks of a runtime.

use std::io;

use tokio::sync::oneshot;

/// Does it on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (tell, told) = oneshot::channel();
    // Boxed, so that there is one kind of task: users compile each kind.
    let work: Box<dyn FnOnce() + Send> = Box::new(move || {
        // Nobody may listen any longer.
        let _ = tell.send(work());
    });
    tokio::task::spawn_blocking(work);
    told.await.unwrap_or_else(|_| Err(io::Error::other("the work with the file broke off")))
}
