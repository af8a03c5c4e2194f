//! Work with files, which would hold up the tasks of a runtime.

use std::io;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

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
    let task = spawn_blocking(work);
    match told.await {
        Ok(done) => done,
        Err(_) => Err(broken(task).await),
    }
}

/// Why it told nothing: it panicked, or the runtime ends.
async fn broken(task: JoinHandle<()>) -> io::Error {
    match task.await {
        Err(error) => io::Error::other(error),
        Ok(()) => io::Error::other("the work with the file broke off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_broke_off_the_work_is_told() {
        let error = blocking::<()>(|| panic!("no room left")).await.unwrap_err();
        assert!(error.to_string().contains("no room left"), "{error}");
    }
}
