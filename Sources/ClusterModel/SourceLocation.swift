/// A place in a manifest.
public struct SourceLocation: Hashable, Sendable {
  /// The path as the user gave it or as it was found in a folder; `-` for standard input.
  public var file: String
  /// Line, from 1.
  public var line: Int
  /// Column in characters, from 1.
  public var column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// `policies.yaml:14:9`.
extension SourceLocation: CustomStringConvertible {
  public var description: String { "\(file):\(line):\(column)" }
}
