use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

const DIGEST: &str = "92ca3faa9ea50bdb78e1c659c3b72ed0748ee78ea4cff198068c779ab3b44755";

fn open(folder: &TempDir, items_max: usize, bytes_max: u64) -> Spool {
    Spool::open(folder.path().join("spool"), Limits { items_max, bytes_max }).unwrap()
}

fn contents(spool: &Spool) -> Vec<String> {
    spool.items().map(|item| String::from_utf8(spool.read(item).unwrap()).unwrap()).collect()
}

#[test]
fn what_is_kept_survives_a_restart_in_order() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder, 10, 100);
    for number in 0..3 {
        spool.push(Kind::Inventory, format!("report {number}").as_bytes()).unwrap();
    }
    spool.push(Kind::Index(DIGEST.to_owned()), b"index").unwrap();
    let first = spool.items().next().unwrap().clone();
    spool.remove(&first).unwrap();
    drop(spool);
    let mut spool = open(&folder, 10, 100);
    assert_eq!(contents(&spool), ["report 1", "report 2", "index"]);
    assert_eq!(spool.items().last().unwrap().kind(), &Kind::Index(DIGEST.to_owned()));
    assert_eq!((spool.bytes(), spool.dropped()), (21, 0));
    spool.push(Kind::Inventory, b"report 3").unwrap();
    assert_eq!(contents(&spool).last().unwrap(), "report 3");
    let mode = std::fs::metadata(folder.path().join("spool").join(spool.items().next().unwrap().name())).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_oldest_go_when_it_is_full_and_are_counted() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder, 3, 10);
    for text in ["a", "b", "c", "d"] {
        spool.push(Kind::Inventory, text.as_bytes()).unwrap();
    }
    assert_eq!((contents(&spool), spool.dropped()), (vec!["b".to_owned(), "c".to_owned(), "d".to_owned()], 1));
    spool.push(Kind::Inventory, b"nine char").unwrap();
    assert_eq!((contents(&spool), spool.dropped()), (vec!["d".to_owned(), "nine char".to_owned()], 3));
    let error = spool.push(Kind::Inventory, b"eleven char").unwrap_err();
    assert_eq!(error.to_string(), "an item of 11 bytes does not fit into a spool of 10: raise its limit");
    assert_eq!(contents(&spool).len(), 2, "nothing was dropped for it");
    drop(spool);

    let mut spool = open(&folder, 1, 10);
    assert_eq!((contents(&spool), spool.dropped()), (vec!["nine char".to_owned()], 4), "lower limits hold at once");
    spool.forget_dropped().unwrap();
    drop(spool);
    assert_eq!(open(&folder, 1, 10).dropped(), 0);
}

#[test]
fn what_an_interrupted_write_left_is_no_item() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder, 10, 100);
    spool.push(Kind::Inventory, b"whole").unwrap();
    let path = folder.path().join("spool");
    drop(spool);
    let next = Item { place: 1, kind: Kind::Inventory, bytes: 0 };
    std::fs::write(path.join(format!("{UNFINISHED}{}", next.name())), b"ha").unwrap();
    std::fs::write(path.join("notes.txt"), b"not ours").unwrap();
    std::fs::write(path.join("00000000000000000002-index-x"), b"no digest").unwrap();
    let mut spool = open(&folder, 10, 100);
    assert_eq!(contents(&spool), ["whole"]);
    spool.push(Kind::Inventory, b"next").unwrap();
    assert_eq!(contents(&spool), ["whole", "next"]);
    assert!(path.join("notes.txt").exists());
    assert!(spool.push(Kind::Index("../x".to_owned()), b"").is_err());
}

#[test]
fn a_full_disk_is_an_error_and_not_a_loss() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("spool"), b"a file where the folder should be").unwrap();
    let error = Spool::open(folder.path().join("spool"), Limits::default()).unwrap_err();
    assert!(error.to_string().contains("give the agent a folder that it may write to"), "{error}");
}
