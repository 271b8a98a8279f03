import PolicyCompilation

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

  /// Shows how much of the captures is read.
  func update(packets: UInt64, bytes: UInt64, totalBytes: UInt64?) {
    guard let duration = takeTurn() else { return }
    let seconds = max(duration / .seconds(1), 0.001)
    var text = "\(Self.size(bytes))"
    if let totalBytes, totalBytes > 0 { text += " of \(Self.size(totalBytes))" }
    text += ", \(packets) packets, \(UInt64(Double(packets) / seconds)) packets/s"
    if let totalBytes, totalBytes > bytes, bytes > 0 {
      let left = Double(totalBytes - bytes) / (Double(bytes) / seconds)
      text += ", \(UInt64(left.rounded(.up))) s left"
    }
    show(text)
  }

  /// Shows how far the policies are compiled.
  func update(_ progress: CompilationProgress) {
    guard takeTurn() != nil else { return }
    let steps = CompilationProgress.Step.allCases
    let number = (steps.firstIndex(of: progress.step) ?? 0) + 1
    var text = "compiling, step \(number) of \(steps.count): \(progress.step.rawValue)"
    if progress.totalCount > 0 {
      text += ", \(progress.doneCount * 100 / progress.totalCount) %"
    }
    show(text)
  }

  /// How long the work has been going on; `nil` while the line is still fresh or the work has only begun.
  private func takeTurn() -> Duration? {
    guard isShown else { return nil }
    let now = clock.now
    guard now - start >= Self.delay, now - last >= Self.interval else { return nil }
    last = now
    return now - start
  }

  private func show(_ text: String) {
    hasWritten = true
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
