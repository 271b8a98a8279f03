#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The files that a path stands for.
///
/// A folder is searched with its folders, in order of name, for files that end in .yaml, .yml or .json. Names that begin
/// with a dot are passed over. Symbolic links are followed; a folder that was visited already is not visited again.
struct ManifestFiles {
  private(set) var files: [String] = []
  private(set) var unreadable: [(path: String, error: InputError)] = []
  private(set) var isFolder = false

  private struct Identity: Hashable {
    var device: UInt64
    var node: UInt64
  }

  init(_ path: String) {
    var visited: Set<Identity> = []
    guard let status = Self.status(path) else {
      unreadable.append((path, InputError.system()))
      return
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      // A file that is named is read, whatever its ending.
      files = [path]
      return
    }
    isFolder = true
    search(path, status, &visited)
  }

  private mutating func search(_ folder: String, _ status: stat, _ visited: inout Set<Identity>) {
    // Folders that are still to be searched; the last is next.
    var pending = [(path: folder, status: status)]
    while let next = pending.popLast() {
      let identity = Identity(
        device: UInt64(truncatingIfNeeded: next.status.st_dev),
        node: UInt64(truncatingIfNeeded: next.status.st_ino))
      guard visited.insert(identity).inserted else { continue }
      guard let names = Self.names(in: next.path) else {
        unreadable.append((next.path, InputError.system()))
        continue
      }
      var folders: [(path: String, status: stat)] = []
      for name in names {
        let path = next.path.hasSuffix("/") ? next.path + name : "\(next.path)/\(name)"
        guard let status = Self.status(path) else {
          if Self.isManifest(name) { unreadable.append((path, InputError.system())) }
          continue
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: folders.append((path, status))
        case S_IFREG where Self.isManifest(name): files.append(path)
        default: break
        }
      }
      pending += folders.reversed()
    }
  }

  private static func isManifest(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json")
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    // Safe: the path is a terminated text for the time of the call, and `status` a variable of this function.
    return unsafe stat(path, &status) == 0 ? status : nil
  }

  /// The names in a folder in ascending order, without those that begin with a dot; `nil` if it cannot be read.
  private static func names(in folder: String) -> [String]? {
    // Safe: the stream is used in this function alone and closed at its end; each name is copied before the next is read.
    guard let stream = unsafe opendir(folder) else { return nil }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
