//! Who may read the state: its owner, nobody else.
//!
//! Modes are changed by path. The database file is never opened here: closing any descriptor of it would drop the locks
//! that SQLite holds in this process.

use crate::error::{ErrorKind, StoreError};
use std::{fs, io, path::Path};

/// The folder that Firma makes beside the manifests; only this one is narrowed when it exists already.
const OWN_FOLDER: &str = ".firma";

/// Makes the folder of the state, for its owner alone.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    if folder.is_dir() {
        if folder.file_name().is_some_and(|name| name == OWN_FOLDER) {
            narrow(folder, 0o700)?;
        }
        return Ok(());
    }
    if let Some(parent) = folder.parent()
        && !parent.as_os_str().is_empty()
    {
        fs::create_dir_all(parent).map_err(|e| denied(parent, &e))?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    match builder.create(folder) {
        Ok(()) => Ok(()),
        // Another process made it between the look and the call.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(denied(folder, &e)),
    }
}

/// Takes every permission of others away from a file or folder.
#[cfg(unix)]
pub(crate) fn narrow(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(|e| denied(path, &e))?;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|e| denied(path, &e))
}

/// Elsewhere the folder's own access rules have to do.
#[cfg(not(unix))]
pub(crate) fn narrow(_path: &Path, _mode: u32) -> Result<(), StoreError> {
    Ok(())
}

/// Whether anybody but its owner may do anything with a file; one that is not there is nobody's.
#[cfg(unix)]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Elsewhere the folder's own access rules have to do.
#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_path: &Path) -> bool {
    false
}

/// Makes the name of a new or renamed file durable. SQLite does this for its own files.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::File::open(folder)?.sync_all(),
        _ => fs::File::open(".")?.sync_all(),
    }
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Which file a path names, to notice that another one was put in its place.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
pub(crate) fn identity(_path: &Path) -> Option<(u64, u64)> {
    Some((0, 0))
}

/// An I/O error of a file beside the database, as the kind it means.
pub(crate) fn denied(path: &Path, error: &io::Error) -> StoreError {
    let what = format!("{}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::Full.into(),
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotFound => ErrorKind::Denied(what).into(),
        _ => ErrorKind::Io(what).into(),
    }
}
