/// Collects the bytes of a report and hands them on in large pieces.
public struct ReportBuffer {
  /// Takes the next bytes of the report; throws where they cannot be written.
  public typealias Sink = ([UInt8]) throws -> Void

  private static let pieceSize = 1 << 16
  private var bytes: [UInt8] = []
  private let sink: Sink
  /// What stopped the sink: nothing more is handed to it, and ``finish()`` throws it.
  private var failure: (any Error)?

  public init(to sink: @escaping Sink) { self.sink = sink }

  public mutating func write(_ text: some StringProtocol) {
    bytes.append(contentsOf: text.utf8)
    if bytes.count >= Self.pieceSize { flush() }
  }

  mutating func writeLine(_ text: String = "") {
    write(text)
    write("\n")
  }

  mutating func write(bytes further: [UInt8]) {
    bytes.append(contentsOf: further)
    if bytes.count >= Self.pieceSize { flush() }
  }

  private mutating func flush() {
    guard failure == nil, !bytes.isEmpty else {
      bytes.removeAll(keepingCapacity: true)
      return
    }
    do { try sink(bytes) } catch { failure = error }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Hands on what is left.
  /// - Throws: what the sink threw at any time.
  public mutating func finish() throws {
    flush()
    if let failure { throw failure }
  }
}
