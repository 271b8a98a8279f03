import ClusterModel
import NetworkTypes

/// Turns the values of one input into records, object by object.
///
/// One file each holds the decoder of a kind (`ObjectDecoder+Pod.swift`, ...). A decoder reads the fields that verdicts
/// depend on, skips the rest, and reports what is wrong by place, object and field path; it never stops at a mistake
/// that leaves the text readable.
struct ObjectDecoder<Reader: ManifestReader & ~Copyable>: ~Copyable {
  var reader: Reader
  var records: Records
  /// The path that locations name.
  let file: String
  let defaultNamespace: String

  /// From the object's root to the value being read.
  var path: [PathStep] = []
  /// Steps of ``path`` that lead to the object, which its field paths leave out.
  var objectPathStart = 0
  /// Where the object begins.
  var objectMark = Mark.start
  var header = ObjectHeader()
  /// Whether the object is the first item of a list whose kind may follow its items.
  var isFirstItemOfUnknownList = false
  /// Whether a document is given up to find the kind of its list at the list's end.
  var looksForListKinds = true
  /// Set when the document cannot be read before the kind of its list is known.
  var needsListKind = false
  /// Findings about the present object, whose name may not have been read yet.
  var pending: [PendingFinding] = []
  /// The field of the innermost mapping whose value was null last, and the length of the path then.
  var lastNull: (name: String, pathCount: Int) = ("", 0)
  /// Objects of this input that name no namespace, and the first of them (N44).
  var defaultNamespaceCount = 0
  var firstDefaultNamespace: (object: String, location: SourceLocation)?
  /// Objects found in this input, of whatever kind.
  var objectCount = 0

  init(
    _ reader: consuming Reader, records: consuming Records, file: String, defaultNamespace: String
  ) {
    self.reader = reader
    self.records = records
    self.file = file
    self.defaultNamespace = defaultNamespace
  }

  /// A finding whose object has not been read to its end.
  struct PendingFinding {
    var finding: Finding
    /// ``ManifestReader/progress`` when it was made.
    var progress: Int
  }

  /// One step of a field path.
  struct PathStep {
    /// The field, or empty for an item of a list.
    var name: String
    /// The item's index, where ``name`` is empty.
    var index = 0
    /// The key, or the first character of the item.
    var mark: Mark
  }

  /// Says once that objects without a namespace are in the default one (N44).
  mutating func noteDefaultNamespace() {
    guard let first = firstDefaultNamespace else { return }
    let objects =
      defaultNamespaceCount == 1 ? "this object names" : "\(defaultNamespaceCount) objects name"
    records.add(
      Finding(
        kind: .defaultNamespace, object: first.object, field: "metadata.namespace",
        message: "\(objects) no namespace; `kubectl apply` would put "
          + (defaultNamespaceCount == 1 ? "it" : "them")
          + " into `\(defaultNamespace)`, and so do we",
        location: first.location, ruleIDs: ["N44"]))
  }

  // MARK: Places and findings

  /// Where the value being read is: its key, its first character in a list, or the object's beginning.
  var place: Mark { path.count > objectPathStart ? path[path.count - 1].mark : objectMark }

  mutating func location(_ mark: Mark) -> SourceLocation {
    let position = reader.position(of: mark)
    return SourceLocation(file: file, line: position.line, column: position.column)
  }

  /// The path of the value being read, and of `field` in it.
  func fieldPath(_ field: String? = nil) -> String {
    var text = ""
    for step in path[objectPathStart...] { Self.append(step, to: &text) }
    if let field { Self.append(PathStep(name: field, mark: .start), to: &text) }
    return text.isEmpty ? "-" : text
  }

  private static func append(_ step: PathStep, to text: inout String) {
    if step.name.isEmpty {
      text += "[\(step.index)]"
    } else if step.name.isPlainFieldName {
      if !text.isEmpty { text += "." }
      text += step.name
    } else {
      text += "[\"\(step.name.escapingControlCharacters.replacing("\"", with: "\\\""))\"]"
    }
  }

  /// Adds a finding about the value being read, or about `field` in it.
  mutating func report(
    _ kind: Finding.Kind, _ message: String, field: String? = nil, at mark: Mark? = nil,
    severity: Finding.Severity? = nil, consequence: String? = nil, rules: [String] = []
  ) {
    guard pending.count < Records.maximumFindingCount else {
      records.suppress(severity ?? kind.severity)
      return
    }
    let finding = Finding(
      kind: kind, severity: severity, field: fieldPath(field),
      message: message.escapingControlCharacters,
      consequence: consequence, location: location(mark ?? place), ruleIDs: rules)
    pending.append(PendingFinding(finding: finding, progress: reader.progress))
  }

  /// Says what the errors since the finding number `first` of this object lead to, where they do not say it.
  mutating func noteConsequence(_ consequence: String, since first: Int) {
    for index in first..<max(first, pending.count)
    where pending[index].finding.severity == .error && pending[index].finding.consequence == nil {
      pending[index].finding.consequence = consequence
    }
  }

  /// Gives the findings of the present object its name.
  mutating func settleFindings(object: String) {
    if pending.isEmpty { return }
    // A server has accepted the fields of its objects; those of policies may change a verdict all the same.
    let object = object.escapingControlCharacters
    let skipsUnknownFields = header.isFromServer && header.type?.isPolicy == false
    for var finding in pending.map(\.finding) {
      if skipsUnknownFields, finding.kind == .unknownField { continue }
      finding.object = object
      records.add(finding)
    }
    pending.removeAll(keepingCapacity: true)
  }
}

extension String {
  /// Whether the text can stand in a field path without brackets.
  fileprivate var isPlainFieldName: Bool {
    utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}
