/// One line on standard error that tells how far long work has come; nothing where that is no terminal.
final class ProgressLine {
  private static let delay: Duration = .seconds(1)
  private static let interval: Duration = .milliseconds(200)

  private let isShown: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  private var hasWritten = false

  init(isQuiet: Bool) {
    isShown = !isQuiet && StandardError.isTerminal
    start = clock.now
    last = start
  }

  /// Shows how much is done, unless the line is still fresh or the work has only begun.
  func update(packets: UInt64, bytes: UInt64, totalBytes: UInt64?) {
    guard isShown else { return }
    let now = clock.now
    guard now - start >= Self.delay, now - last >= Self.interval else { return }
    last = now
    hasWritten = true
    let seconds = max((now - start) / .seconds(1), 0.001)
    var text = "\(Self.size(bytes))"
    if let totalBytes, totalBytes > 0 { text += " of \(Self.size(totalBytes))" }
    text += ", \(packets) packets, \(UInt64(Double(packets) / seconds)) packets/s"
    if let totalBytes, totalBytes > bytes, bytes > 0 {
      let left = Double(totalBytes - bytes) / (Double(bytes) / seconds)
      text += ", \(UInt64(left.rounded(.up))) s left"
    }
    StandardError.write("\r\u{1b}[K\(text)")
  }

  /// Clears the line, before anything else is written.
  func clear() {
    if hasWritten { StandardError.write("\r\u{1b}[K") }
    hasWritten = false
  }

  /// `812 B`, `12.3 MiB`.
  private static func size(_ bytes: UInt64) -> String {
    var value = Double(bytes)
    var unit = "B"
    for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1_024 {
      value /= 1_024
      unit = next
    }
    if unit == "B" { return "\(bytes) B" }
    let tenths = UInt64((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}
