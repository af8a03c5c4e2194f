//! `KNACK_APP_ID=… KNACK_API_KEY=… cargo run`

use knack_runtime::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in workshop::in_progress(&Client::from_env()?).await? {
        println!("{line}");
    }
    Ok(())
}
