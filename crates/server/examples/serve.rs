//! Serves the local cloud: `cargo run -p firma-server --example serve -- 127.0.0.1:7700 [SPEED]`.
//!
//! Prints the address it listens on and serves until standard input ends.

use firma_server::{ServeOptions, WallClock, bind, serve};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:7700".to_owned()).parse()?;
    let speed = arguments.next().map_or(Ok(1.0), |text| text.parse())?;
    let listener = bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        drop(stop);
    });
    let options = ServeOptions { speed, seed: 1, state: None };
    serve(listener, &options, Arc::new(WallClock), async { drop(stopped.await) }).await?;
    Ok(())
}
