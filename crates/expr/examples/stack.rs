#[path = "../tests/language/support.rs"]
mod support;
use support::*;
use firma_expr::*;
fn main() {
    let text = std::env::args().nth(1).unwrap();
    let kb: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    std::thread::Builder::new().stack_size(64<<20).spawn(move || {
        let mut scope = Names::default().with("local.before", instance("vpc.vpc.main"));
        let mut last = None; let mut n = 0;
        while let Ok(expr) = reduced(&text, &scope) { n+=1; last = Some(expr.clone()); scope = scope.with("local.before", expr); }
        std::thread::Builder::new().stack_size(kb<<10).spawn(move || { let k = Known::default(); let e = last.unwrap(); let _ = resolve(&e, &k, &Limits::default()); println!("ok {n}"); }).unwrap().join().unwrap();
    }).unwrap().join().unwrap();
}
