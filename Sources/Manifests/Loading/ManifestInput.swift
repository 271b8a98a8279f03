import ClusterModel

/// One input: its format, and reading it into records.
///
/// A file may begin with JSON documents and go on with YAML ones. A YAML document with a syntax problem is left at the `---`
/// that begins the next one, so that each document is judged for itself; JSON has no such place to go on from.
struct ManifestInput {
  /// Documents with a syntax problem, after which the rest of an input is not read.
  private static let maximumSyntaxProblemCount = 20

  let bytes: ByteWindow
  let name: String
  let defaultNamespace: String

  /// Where reading has come to.
  private struct Progress {
    /// The next byte to read.
    var offset: Int
    /// The line of ``offset`` (from 0), where it is known.
    var line: Int?
    /// What was found out about the list that begins at ``offset``.
    var listIdentity: ObjectIdentity?
    /// Whether looking through a list led back to the same place, so that doing it again would never end.
    var hasLookedInVain = false
    var objectCount = 0
    var syntaxProblemCount = 0

    /// The list that begins at `start` was looked through for its identity: it is read from there, with that known.
    mutating func lookedThrough(_ identity: ObjectIdentity, from start: Int) {
      hasLookedInVain = identifiedOffset.map { start <= $0 } ?? false
      identifiedOffset = start
      listIdentity = identity
      offset = start
    }

    /// Where the list begins that was looked through last.
    private(set) var identifiedOffset: Int?
  }

  /// Reads everything; gives the number of objects found.
  func read(into records: inout Records) -> Int {
    if let obstacle = otherFormat {
      records.add(
        Finding(
          kind: .syntax, message: obstacle, location: SourceLocation(file: name, line: 1, column: 1)
        ))
      return 0
    }
    let firstFinding = records.findings.count
    var progress = Progress(offset: bytes.byteOrderMarkLength, line: 0)
    while progress.offset < bytes.count {
      if JSONReader.begins(bytes, at: progress.offset) {
        readJSON(&progress, &records)
      } else {
        readYAML(&progress, &records)
      }
      if progress.syntaxProblemCount >= Self.maximumSyntaxProblemCount {
        records.add(
          Finding(
            kind: .syntax,
            message:
              "\(name) has \(progress.syntaxProblemCount) documents that are not YAML; the rest is not read"
          ))
        break
      }
    }
    if progress.objectCount == 0, records.findings.count == firstFinding {
      records.add(
        Finding(
          kind: .emptyFile, message: "there is no object in this file",
          location: SourceLocation(file: name, line: 1, column: 1)))
    }
    return progress.objectCount
  }

  /// What to say about bytes that are in another encoding, or packed; `nil` for what may be UTF-8.
  private var otherFormat: String? {
    let encoding: String? =
      switch (bytes[0], bytes[1]) {
      case (0xff, 0xfe), (0xfe, 0xff): bytes.count > 1 ? "UTF-16" : nil
      case (0, 0): bytes.count > 3 ? "UTF-32" : nil
      case (0, _), (_, 0): bytes.count > 3 ? "UTF-16" : nil
      default: nil
      }
    if let encoding {
      return
        "the file is \(encoding), and manifests must be UTF-8; convert it, for example with `iconv -f \(encoding) "
        + "-t UTF-8`"
    }
    if bytes[0] == 0x1f, bytes[1] == 0x8b { return "the file is packed; unpack it with `gunzip`" }
    if bytes[0] == 0x28, bytes[1] == 0xb5, bytes[2] == 0x2f, bytes[3] == 0xfd {
      return "the file is packed; unpack it with `unzstd`"
    }
    return nil
  }

  // MARK: JSON

  private func readJSON(_ progress: inout Progress, _ records: inout Records) {
    var decoder = ObjectDecoder(
      JSONReader(bytes, from: progress.offset), records: records.take(), file: name,
      defaultNamespace: defaultNamespace)
    decoder.looksForListKinds = !progress.hasLookedInVain
    let end = decoder.readDocuments(listIdentity: progress.listIdentity)
    progress.listIdentity = nil
    progress.line = nil
    progress.objectCount += decoder.objectCount
    records = decoder.records.take()
    switch end {
    case .complete: progress.offset = decoder.reader.offset
    case .syntaxProblem: progress.offset = bytes.count
    case .needsListKind(let document):
      let start = Int(clamping: document.value)
      var survey = ObjectDecoder(
        JSONReader(bytes, from: start), records: Records(), file: name,
        defaultNamespace: defaultNamespace)
      progress.lookedThrough(survey.surveyList(), from: start)
    }
  }

  // MARK: YAML

  private func readYAML(_ progress: inout Progress, _ records: inout Records) {
    let start = progress.offset
    let firstLine = progress.line ?? line(of: start)
    var decoder = ObjectDecoder(
      YAMLReader(bytes, from: start, firstLine: firstLine), records: records.take(), file: name,
      defaultNamespace: defaultNamespace)
    decoder.looksForListKinds = !progress.hasLookedInVain
    let end = decoder.readDocuments(listIdentity: progress.listIdentity)
    progress.listIdentity = nil
    progress.objectCount += decoder.objectCount
    records = decoder.records.take()
    switch end {
    case .complete: progress.offset = bytes.count
    case .syntaxProblem(let problem):
      progress.syntaxProblemCount += 1
      let document = document(around: problem.line - 1, from: start, firstLine: firstLine)
      let search = FurtherFindings(
        bytes: bytes, range: document.range, firstLine: document.lines.lowerBound, name: name,
        defaultNamespace: defaultNamespace)
      let known = records.findings.filter { $0.location?.file == name }
      for finding in search.search(after: problem, known: known) { records.add(finding) }
      progress.offset = document.range.upperBound
      progress.line = document.lines.upperBound
    case .needsListKind(let mark):
      let line = mark.lineAndColumn.line - 1
      let document = document(around: line, from: start, firstLine: firstLine)
      progress.line = document.lines.lowerBound
      var survey = ObjectDecoder(
        YAMLReader(bytes, from: document.range.lowerBound, firstLine: document.lines.lowerBound),
        records: Records(), file: name, defaultNamespace: defaultNamespace)
      progress.lookedThrough(survey.surveyList(), from: document.range.lowerBound)
    }
  }

  private func line(of offset: Int) -> Int {
    var lines = LineCursor(bytes)
    return lines.position(of: offset).line - 1
  }

  /// The bytes and lines (from 0) of the YAML document that holds `line`: up to the `---` that begins the next one, or
  /// behind the `...` that ends it.
  ///
  /// Neither is anything else in YAML at the beginning of a line, in whatever value it stands. Lines are libyaml's.
  private func document(
    around line: Int, from start: Int, firstLine: Int
  ) -> (range: Range<Int>, lines: Range<Int>) {
    var documentStart = start
    var documentLine = firstLine
    var index = start
    var current = firstLine
    while index < bytes.count {
      let next = startOfYAMLLine(after: index)
      var boundary: (offset: Int, line: Int)?
      if isMarker(UInt8(ascii: "-"), at: index), index > start {
        boundary = (index, current)
      } else if isMarker(UInt8(ascii: "."), at: index) {
        boundary = (next, current + 1)
      }
      if let boundary {
        if boundary.line > line {
          return (documentStart..<boundary.offset, documentLine..<boundary.line)
        }
        (documentStart, documentLine) = boundary
      }
      index = next
      current += 1
    }
    return (documentStart..<bytes.count, documentLine..<current)
  }

  /// Whether three times the character, and then white space or the end, stand at `index`.
  private func isMarker(_ character: UInt8, at index: Int) -> Bool {
    bytes[index] == character && bytes[index + 1] == character && bytes[index + 2] == character
      && bytes[index + 3] <= 0x20
  }

  /// Where the line after the one that holds `start` begins: behind LF, CR, CR LF, NEL, LS or PS, as YAML 1.1 has it.
  private func startOfYAMLLine(after start: Int) -> Int {
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case 0x0a: return index + 1
      case 0x0d: return index + (bytes[index + 1] == 0x0a ? 2 : 1)
      case 0xc2 where bytes[index + 1] == 0x85: return index + 2
      case 0xe2 where bytes[index + 1] == 0x80 && bytes[index + 2] & 0xfe == 0xa8: return index + 3
      default: index += 1
      }
    }
    return bytes.count
  }
}
