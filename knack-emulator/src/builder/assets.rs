//! Switches of uploads, downloads and exported files.

use crate::builder::Builder;

impl Builder {
    /// The largest file that may be uploaded, in bytes; 250 MiB unless set, the limit of Knack's imports.
    /// A larger one is answered with a 413.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().largest_upload(1_000_000).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn largest_upload(mut self, bytes: usize) -> Self {
        self.manners.largest_upload = bytes;
        self
    }

    /// Whether the address of a file, `…/download/asset/ID/NAME`, answers with the file itself. It sends on
    /// to the file's public address unless set to true; nobody recorded which it is.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().direct_downloads(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn direct_downloads(mut self, direct: bool) -> Self {
        self.manners.direct_downloads = direct;
        self
    }

    /// Whether parts of files are given to requests with a `Range`; they are unless set to false, when
    /// every download is the whole file.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().download_ranges(false).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn download_ranges(mut self, ranges: bool) -> Self {
        self.manners.ranges = ranges;
        self
    }

    /// Where public addresses of assets lead, such as `https://s3.amazonaws.com/assets.knackhq.com` in the
    /// older applications of Knack. Unless set they lead to the host that was asked, so that they work on a
    /// socket. In-process, every host leads here: a test can see what a client tells to another one.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().asset_host("https://files.example").build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn asset_host(mut self, url: impl Into<String>) -> Self {
        self.asset_host = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// Whether an exported file holds the page that its address names (`page`, `rows_per_page`). It holds
    /// every record of the view unless set to true: a guess, as those belong to the table above the link.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().paged_exports(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn paged_exports(mut self, paged: bool) -> Self {
        self.manners.paged_exports = paged;
        self
    }
}
