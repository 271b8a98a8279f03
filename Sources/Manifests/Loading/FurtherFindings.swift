/// What else is wrong with a YAML document that has a syntax problem.
///
/// The document is mended in a copy (``YAMLRepair``), read again, and so on to its end; the objects that come of it are
/// thrown away.
struct FurtherFindings {
  /// Larger documents are not looked into: nobody mends a dump by hand.
  private static let maximumByteCount = 1 << 20
  /// Syntax problems that are mended in one document.
  private static let maximumRepairCount = 20

  let bytes: ByteWindow
  /// The bytes of the document.
  let range: Range<Int>
  /// The line that the document begins in, from 0.
  let firstLine: Int
  let name: String
  let defaultNamespace: String

  /// The findings beyond `known`, which hold the first problem.
  func search(after problem: SyntaxProblem, known: [Finding]) -> [Finding] {
    // A wrong byte is in no line that could be mended.
    guard range.count <= Self.maximumByteCount, var complaint = problem.complaint,
      complaint.byteOffset == nil
    else { return [] }
    let text = bytes.text(range)
    var lines = [String](repeating: "", count: firstLine)
    lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var repair = YAMLRepair(lines)
    var further: [Finding] = []
    var syntax = known.filter(\.isSyntax)
    for _ in 0..<Self.maximumRepairCount {
      guard repair.mend(complaint) else { return further }
      let (findings, next) = read(repair)
      let found = findings.map { moved($0, repair) }
      for finding in found where finding.isSyntax && !syntax.contains(where: finding.isSamePlace) {
        syntax.append(finding)
        further.append(finding)
      }
      guard let nextComplaint = next?.complaint else {
        return further
          + found.filter { finding in
            !finding.isSyntax && finding.kind != .defaultNamespace
              && !syntax.contains(where: { $0.location?.line == finding.location?.line })
              && !known.contains(where: finding.isSameMistake)
          }
      }
      complaint = nextComplaint
    }
    return further
  }

  private func read(_ repair: YAMLRepair) -> (findings: [Finding], problem: SyntaxProblem?) {
    let mended = InputBytes(repair.lines.joined(separator: "\n").utf8)
    var decoder = ObjectDecoder(
      YAMLReader(ByteWindow(mended), from: 0, firstLine: 0), records: Records(), file: name,
      defaultNamespace: defaultNamespace)
    let end = decoder.readDocuments(listIdentity: nil)
    let findings = decoder.records.findings
    if case .syntaxProblem(let problem) = end { return (findings, problem) }
    return (findings, nil)
  }

  /// The finding at the place where its line was before it was mended.
  private func moved(_ finding: Finding, _ repair: YAMLRepair) -> Finding {
    var finding = finding
    if var location = finding.location, repair.shifts.indices.contains(location.line - 1) {
      location.column = max(1, location.column - repair.shifts[location.line - 1])
      finding.location = location
    }
    return finding
  }
}

extension Finding {
  fileprivate var isSyntax: Bool { kind == .syntax || kind == .tab }

  fileprivate func isSamePlace(_ other: Finding) -> Bool {
    other.location?.line == location?.line
  }

  fileprivate func isSameMistake(_ other: Finding) -> Bool {
    other.kind == kind && other.location?.line == location?.line && other.field == field
  }
}
