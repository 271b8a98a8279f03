#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension DecisionTable {
  /// Maps a table file; nothing is copied.
  ///
  /// - Throws: ``TableError`` for a file that cannot be read, is cut off, damaged, of another version, or hostile.
  /// - Complexity: O(bytes): every index is checked once.
  public convenience init(contentsOfFile path: String) throws(TableError) {
    let memory = try TableMemory(mapping: path)
    do {
      try self.init(memory: memory)
    } catch {
      throw TableError(error.code, "\(path): \(error.message)")
    }
  }

  /// Writes the table to a file, with `names` in the section of that name; readers of the file see the old one or the
  /// whole new one.
  ///
  /// - Throws: ``TableError/Code/unwritable`` with the system's reason.
  public func write(toFile path: String, names: [UInt8]) throws(TableError) {
    try DecisionTable(memory: TableWriter.copy(memory, shape, names: names)).write(toFile: path)
  }

  /// Writes the table to a file; readers see the old file or the whole new one. A symbolic link stays one: the file that
  /// it leads to is replaced.
  ///
  /// - Throws: ``TableError/Code/unwritable`` with the system's reason, or where `path` is there and is no regular file:
  ///   a table is mapped, and replacing a device or a folder would destroy it.
  public func write(toFile path: String) throws(TableError) {
    func failure(_ operation: String) -> TableError {
      TableError(
        .unwritable, "\(path): cannot \(operation): \(unsafe String(cString: strerror(errno)))")
    }
    var status = stat()
    var target = path
    if unsafe stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw TableError(
          .unwritable, "\(path): not a regular file; a table is mapped, so name a file of its own")
      }
      if let resolved = unsafe realpath(path, nil) {
        target = unsafe String(cString: resolved)
        unsafe free(resolved)
      }
    }
    try replace(target, failure)
  }

  /// Writes beside a file first, then takes its place.
  private func replace(
    _ path: String, _ failure: (_ operation: String) -> TableError
  ) throws(TableError) {
    let temporary = "\(path).\(getpid()).partial"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("create the file") }
    var written = 0
    while written < memory.byteCount {
      let count = unsafe writeBytes(
        descriptor, memory.base + written, memory.byteCount - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let error = failure("write")
        close(descriptor)
        unsafe unlink(temporary)
        throw error
      }
      written += count
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
      let error = failure("finish the file")
      unsafe unlink(temporary)
      throw error
    }
  }
}

/// The system's `write`, whose name methods of the table hide.
private func writeBytes(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
  unsafe write(descriptor, start, count)
}
