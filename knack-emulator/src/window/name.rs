//! Windows by their names, for command lines.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Window;

/// A text that names no window.
///
/// ```
/// use knack_emulator::Window;
///
/// let error = "round".parse::<Window>().unwrap_err();
/// assert_eq!(error.to_string(), "expected epoch, phase=MS, first-call, sliding or bucket");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("expected epoch, phase=MS, first-call, sliding or bucket")]
pub struct WindowError(());

/// `epoch`, `phase=MS`, `first-call`, `sliding` or `bucket`.
///
/// ```
/// use std::time::Duration;
/// use knack_emulator::Window;
///
/// assert_eq!("first-call".parse::<Window>()?, Window::FirstCall);
/// assert_eq!("phase=300".parse::<Window>()?, Window::FixedPhase { phase: Duration::from_millis(300) });
/// # Ok::<(), knack_emulator::window::WindowError>(())
/// ```
impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        Ok(match text {
            "epoch" => Self::EpochSecond,
            "first-call" => Self::FirstCall,
            "sliding" => Self::Sliding,
            "bucket" => Self::Bucket,
            _ => {
                let phase = text.strip_prefix("phase=").and_then(|ms| ms.parse().ok());
                Self::FixedPhase { phase: Duration::from_millis(phase.ok_or(WindowError(()))?) }
            }
        })
    }
}

/// The name that reads as this window.
///
/// ```
/// use knack_emulator::Window;
///
/// assert_eq!(Window::EpochSecond.to_string(), "epoch");
/// ```
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EpochSecond => f.write_str("epoch"),
            Self::FixedPhase { phase } => write!(f, "phase={}", phase.as_millis()),
            Self::FirstCall => f.write_str("first-call"),
            Self::Sliding => f.write_str("sliding"),
            Self::Bucket => f.write_str("bucket"),
        }
    }
}
