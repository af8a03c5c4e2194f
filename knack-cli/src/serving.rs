//! What the commands have in common that serve something until they are stopped.

use std::future::Future;
use std::io::Write;
use std::net::IpAddr;

use tokio::sync::mpsc;

use crate::error::{CliError, Result};
use crate::text;

/// Says so where others can get in.
pub(crate) fn warn_of_others(host: IpAddr, err: &mut dyn Write) -> Result<()> {
    if !host.is_loopback() {
        writeln!(err, "{}: {host} can be reached from other machines", text::alarm("warning"))?;
    }
    Ok(())
}

/// Prints what is logged until the program is asked to end.
pub(crate) async fn until(
    stopped: impl Future<Output = ()>,
    lines: &mut mpsc::UnboundedReceiver<String>,
    err: &mut dyn Write,
) -> Result<()> {
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return Ok(()),
            Some(line) = lines.recv() => writeln!(err, "{line}")?,
        }
    }
}

/// Waits for Ctrl-C or a request to terminate. It listens from now on, before anything says that it can be stopped.
#[cfg(unix)]
pub(crate) fn stopped() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Runtime)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Runtime)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn stopped() -> Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
