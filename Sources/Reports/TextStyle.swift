import NetworkTypes

/// How text for people is laid out: colours, and the width of the terminal.
public struct TextStyle: Sendable {
  public var hasColor: Bool
  /// Columns of the terminal; `nil` where lines may have any length.
  public var width: Int?

  public init(hasColor: Bool = false, width: Int? = nil) {
    self.hasColor = hasColor
    self.width = width
  }

  /// A look of a piece of text (ECMA-48 SGR codes).
  enum Look: String {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case boldRed = "1;31"
  }

  func apply(_ look: Look, to text: String) -> String {
    hasColor && look != .plain && !text.isEmpty
      ? "\u{1b}[\(look.rawValue)m\(text)\u{1b}[0m" : text
  }

  static func look(of verdict: Verdict) -> Look {
    switch verdict {
    case .allowed: .green
    case .denied: .red
    case .undecided: .yellow
    case .notEvaluated: .faint
    }
  }
}
