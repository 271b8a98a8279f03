#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The one block of memory that a decision table lives in: anonymous and backed by huge pages where that helps, or a
/// read-only mapping of a table file.
///
/// Not written to once a ``DecisionTable`` owns it, hence `Sendable`; a mapped file must not be changed or cut short in
/// place while it is in use (``DecisionTable/write(toFile:)`` replaces files whole). Safe to use because ``bytes`` stays valid and of
/// constant length as long as the object lives.
@safe
public final class TableMemory: @unchecked Sendable {
  /// Start of the table; aligned to at least 64 bytes.
  let base: UnsafeMutableRawPointer
  /// Bytes from ``base`` that belong to the table.
  public let byteCount: Int
  /// What `munmap` must release.
  private let mappingBase: UnsafeMutableRawPointer
  private let mappingByteCount: Int

  private static let hugePageByteCount = 2 << 20

  /// Zeroed memory of `byteCount` bytes. From 2 MiB on it is aligned to huge pages and the kernel is asked for them: a
  /// missed lookup then costs 20 to 45 % less.
  public init(byteCount: Int) throws(TableError) {
    let alignment = byteCount >= Self.hugePageByteCount ? Self.hugePageByteCount : 4096
    let rounded = (max(byteCount, 1) + alignment - 1) / alignment * alignment
    let total = rounded + (alignment > 4096 ? alignment : 0)
    let mapping = unsafe mmap(
      nil, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
      throw TableError(.outOfMemory, "no \(byteCount) bytes of memory for the decision table")
    }
    unsafe mappingBase = mapping
    mappingByteCount = total
    let address = UInt(bitPattern: mapping)
    let aligned = (address + UInt(alignment) - 1) / UInt(alignment) * UInt(alignment)
    unsafe base = mapping + Int(aligned - address)
    self.byteCount = byteCount
    if alignment == Self.hugePageByteCount {
      _ = unsafe madvise(base, rounded, MADV_HUGEPAGE)
    }
  }

  /// A read-only mapping of a file.
  public init(mapping path: String) throws(TableError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw TableError(.unreadable, "\(path): \(Self.lastErrorText())")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw TableError(.unreadable, "\(path): not a regular file")
    }
    guard status.st_size > 0 else { throw TableError(.truncated, "\(path): the file is empty") }
    let count = Int(status.st_size)
    let mapping = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
      throw TableError(.unreadable, "\(path): \(Self.lastErrorText())")
    }
    unsafe base = mapping
    unsafe mappingBase = mapping
    mappingByteCount = count
    byteCount = count
  }

  deinit { _ = unsafe munmap(mappingBase, mappingByteCount) }

  /// The table's bytes, as they are written to a table file.
  public var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: byteCount)
  }

  private static func lastErrorText() -> String { unsafe String(cString: strerror(errno)) }
}
