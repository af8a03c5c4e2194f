//! What the commands have in common that serve something until they are stopped.

use std::io::Write;
use std::net::IpAddr;

use tokio::sync::mpsc;

use crate::error::Result;
use crate::text;

/// Says so where others can get in.
pub(crate) fn warn_of_others(host: IpAddr, err: &mut dyn Write) -> Result<()> {
    if !host.is_loopback() {
        writeln!(err, "{}: {host} can be reached from other machines", text::alarm("warning"))?;
    }
    Ok(())
}

/// Prints what is logged until the program is asked to end.
pub(crate) async fn until_stopped(
    lines: &mut mpsc::UnboundedReceiver<String>,
    err: &mut dyn Write,
) -> Result<()> {
    let stopped = stopped();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return Ok(()),
            Some(line) = lines.recv() => writeln!(err, "{line}")?,
        }
    }
}

/// Waits for Ctrl-C or, on Unix, a request to terminate.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
