import ClusterModel

/// Something that a reader of manifests should know about one place of its input.
///
/// A mistake in a manifest is never thrown: it is collected as a finding, and the part it concerns is left out of the
/// model or read as ``consequence`` says. Without `--keep-going` a caller stops when any finding is an error.
public struct Finding: Sendable, Hashable {
  public enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
    /// An assumption that was made, said once.
    case note
    /// Readable with a defined meaning, and perhaps not what was meant.
    case warning
    /// The API server would refuse it, or it cannot be read: a part is missing from the model.
    case error

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .note: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  public var kind: Kind
  public var severity: Severity
  /// `KIND NAMESPACE/NAME`, `KIND NAME` for cluster-wide kinds, `-` where the file could not be read that far.
  public var object: String
  /// `spec.ingress[0].ports[0].endPort`; a key with characters other than letters, digits, `-` and `_` as
  /// `["key"]`; `-` for a whole document.
  public var field: String
  /// What is wrong and what to do about it, without place and kind.
  public var message: String
  /// What the loaded model holds instead, where that differs from what the text seems to ask for.
  public var consequence: String?
  /// `nil` for findings about no single place.
  public var location: SourceLocation?
  /// Rules of the semantics that the finding follows from, such as `N33`.
  public var ruleIDs: [String]

  public init(
    kind: Kind, severity: Severity? = nil, object: String = "-", field: String = "-",
    message: String, consequence: String? = nil, location: SourceLocation? = nil,
    ruleIDs: [String] = []
  ) {
    self.kind = kind
    self.severity = severity ?? kind.severity
    self.object = object
    self.field = field
    self.message = message
    self.consequence = consequence
    self.location = location
    self.ruleIDs = ruleIDs
  }
}

/// `policies.yaml:14:9: error: endPort 80 is below port 443; swap them [out-of-range]`, in one line.
///
/// Control characters are escaped, so that a manifest cannot write to the terminal.
extension Finding: CustomStringConvertible {
  public var description: String {
    let place = location.map { "\($0): " } ?? ""
    return "\(place)\(severity.rawValue): \(message) [\(kind.rawValue)]".escapingControlCharacters
  }
}

extension String {
  /// The text with control characters (C0, DEL, C1, line and paragraph separators, bidirectional controls) as `\u{..}`.
  var escapingControlCharacters: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isControl {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
