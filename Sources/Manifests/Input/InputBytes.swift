#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of one input: a mapped file, or memory of our own for streams and tests.
///
/// A mapped file must not be cut short while it is read; that is the price of reading dumps of hundreds of megabytes
/// without holding them in memory.
@safe
final class InputBytes {
  /// ``count`` bytes that stay until this object is gone; not to be read when ``count`` is 0.
  let base: UnsafePointer<UInt8>
  let count: Int
  private let isMapped: Bool

  /// Owned by this object from here on.
  private init(unsafeOwning base: UnsafePointer<UInt8>, count: Int, isMapped: Bool) {
    unsafe self.base = base
    self.count = count
    self.isMapped = isMapped
  }

  /// A copy of `bytes`.
  convenience init(_ bytes: some Collection<UInt8>) {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
    // Safe: the buffer has room for every element of the collection, and is freed in `deinit`.
    _ = unsafe memory.initialize(from: bytes)
    let base = unsafe UnsafePointer(memory.baseAddress!)
    unsafe self.init(unsafeOwning: base, count: bytes.count, isMapped: false)
  }

  deinit {
    // Safe: this object is the only owner, and made the memory in one of these two ways.
    if isMapped {
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    } else {
      unsafe base.deallocate()
    }
  }

  /// Gives the memory of a mapped file's bytes in `range` back; they are read from the file again if needed.
  func forget(_ range: Range<Int>) {
    guard isMapped else { return }
    let range = range.clamped(to: 0..<count)
    let pageSize = 65_536
    let start = (range.lowerBound + pageSize - 1) / pageSize * pageSize
    let end = range.upperBound / pageSize * pageSize
    guard start < end else { return }
    // Safe: the range is inside the mapping, and dropping pages of a private read-only mapping loses nothing.
    unsafe madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }
}

/// How far an input has been read and its memory given back, in steps that are worth a call of the system.
struct ForgottenBytes {
  private static let step = 8 << 20
  private var end = 0

  /// The bytes before `offset` have been read.
  mutating func advance(to offset: Int, in bytes: ByteWindow) {
    guard offset - end >= Self.step else { return }
    bytes.owner.forget(end..<offset)
    // The last page of the range may have stayed; the next step takes it.
    end = max(end, offset - (64 << 10))
  }
}

/// Why an input could not be read.
struct InputError: Error {
  /// What failed, as the system says it: `No such file or directory`.
  var reason: String

  /// What the last failed call of the system left in `errno`.
  static func system() -> InputError {
    // Safe: `strerror` gives a terminated text that is copied at once.
    InputError(reason: unsafe String(cString: strerror(errno)))
  }
}

extension InputBytes {
  /// All bytes of a file: mapped where it is a regular file, else read to the end.
  static func open(_ path: String) throws(InputError) -> InputBytes {
    // Safe: the path is a terminated text for the time of the call.
    let descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system() }
    defer { close(descriptor) }
    return try read(descriptor: descriptor)
  }

  /// All bytes of standard input.
  static func standardInput() throws(InputError) -> InputBytes {
    try read(descriptor: STDIN_FILENO)
  }

  private static func read(descriptor: Int32) throws(InputError) -> InputBytes {
    var status = stat()
    // Safe: `status` is a variable of this function.
    guard unsafe fstat(descriptor, &status) == 0 else { throw .system() }
    if status.st_mode & S_IFMT == S_IFDIR { throw InputError(reason: "Is a directory") }
    if status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      lseek(descriptor, 0, SEEK_CUR) == 0
    {
      let count = Int(status.st_size)
      // Safe: the result is checked against MAP_FAILED, and the mapping is as long as the file is now.
      let memory = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
      if let memory = unsafe memory, unsafe memory != MAP_FAILED {
        unsafe madvise(memory, count, MADV_SEQUENTIAL)
        let base = unsafe UnsafePointer(memory.assumingMemoryBound(to: UInt8.self))
        return unsafe InputBytes(unsafeOwning: base, count: count, isMapped: true)
      }
    }
    return try readStream(descriptor: descriptor)
  }

  /// Reads a pipe, a terminal or a file that cannot be mapped into growing memory.
  private static func readStream(descriptor: Int32) throws(InputError) -> InputBytes {
    var capacity = 1 << 20
    var count = 0
    // Safe: the memory is grown before it is full, freed on failure, and owned by the result else.
    var memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    while true {
      if count == capacity {
        let larger = UnsafeMutableRawPointer.allocate(
          byteCount: capacity * 2, alignment: 16)
        unsafe larger.copyMemory(from: memory, byteCount: count)
        unsafe memory.deallocate()
        unsafe memory = larger
        capacity *= 2
      }
      let length = unsafe readBytes(descriptor, memory + count, capacity - count)
      if length < 0 {
        if errno == EINTR { continue }
        let error = InputError.system()
        unsafe memory.deallocate()
        throw error
      }
      if length == 0 { break }
      count += length
    }
    let base = unsafe UnsafePointer(memory.assumingMemoryBound(to: UInt8.self))
    return unsafe InputBytes(unsafeOwning: base, count: count, isMapped: false)
  }
}

/// `open` and `read` of the C library, which the methods above would hide.
private func openFile(_ path: String, _ flags: Int32) -> Int32 {
  // Safe: the path is a terminated text for the time of the call.
  unsafe open(path, flags)
}

private func readBytes(_ descriptor: Int32, _ memory: UnsafeMutableRawPointer, _ count: Int) -> Int
{
  unsafe read(descriptor, memory, count)
}
