#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory of this process as Linux counts it.
public enum ProcessMemory {
  /// Bytes in memory now; `nil` where the kernel does not say.
  public static var residentByteCount: Int? { statusField("VmRSS:") }

  /// The most bytes that were in memory since the start or ``resetPeak()``.
  public static var peakByteCount: Int? { statusField("VmHWM:") }

  /// Lets the peak start again from now; false where the kernel refuses.
  public static func resetPeak() -> Bool {
    let descriptor = unsafe open("/proc/self/clear_refs", O_WRONLY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Safe: one byte of a literal.
    return unsafe write(descriptor, "5", 1) == 1
  }

  /// A field of /proc/self/status, which is in KiB, as bytes.
  private static func statusField(_ name: String) -> Int? {
    let descriptor = unsafe open("/proc/self/status", O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let text = unsafe String(unsafeUninitializedCapacity: 8192) { buffer in
      unsafe max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      guard let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      else { return nil }
      return Int(number).map { $0 * 1024 }
    }
    return nil
  }
}
