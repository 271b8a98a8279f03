/// Reads YAML through libyaml's events: several documents, anchors and aliases, merge keys.
///
/// Scalars keep their text; how a plain one reads is decided by ``YAMLScalar``. An alias replays the events of its
/// anchor, up to ``maximumReplayedEvents`` in an input, so that an alias bomb ends in an error. A ``Mark`` is a line and
/// a column.
struct YAMLReader: ManifestReader, ~Copyable {
  /// Events that aliases may bring in, over the whole input.
  static let maximumReplayedEvents = 250_000

  private var source: YAMLEventSource
  private let bytes: ByteWindow
  /// Where the part that is read begins.
  private let start: Int
  private var forgotten = ForgottenBytes()

  private(set) var mark = Mark.start
  /// The present event: of the source, or of the tape.
  private var kind = YAMLEventSource.Kind.streamStart
  private var isPlain = false
  private var tag = YAMLEventSource.Tag.none
  private var eventMark = Mark.start
  /// The event on the tape that is present, or -1 where it is the source's own.
  private var tapeIndex = -1
  /// Whether the present event has been looked at and not consumed.
  private var isPeeked = false

  private var tape = YAMLTape()
  /// Parts of the tape that are being replayed; the last is the innermost.
  private var replays: [(next: Int, end: Int)] = []
  private var replayedEventCount = 0
  private var lookahead: Lookahead?

  /// Containers that the caller has entered and not left.
  private var depth = 0
  /// Merge keys whose mapping, or list of mappings, is being handed out, with the depth they belong to.
  private var merges: [(depth: Int, isSequence: Bool)] = []
  private(set) var isMergedKey = false
  private(set) var progress = 0

  /// The state that ``rewind()`` goes back to.
  private struct Lookahead {
    var tapeStart: Int
    var replays: [(next: Int, end: Int)]
    var merges: [(depth: Int, isSequence: Bool)]
    var depth: Int
  }

  /// Reads from the byte at `start`, whose line is `firstLine` (from 0).
  init(_ bytes: ByteWindow, from start: Int, firstLine: Int) {
    self.bytes = bytes
    self.start = start
    source = YAMLEventSource(bytes, from: start, firstLine: firstLine)
  }

  // MARK: Documents

  mutating func nextDocument() throws(SyntaxProblem) -> Bool {
    tape.removeAll()
    replays.removeAll()
    merges.removeAll()
    depth = 0
    repeat {
      try pull()
      if kind == .streamEnd { return false }
    } while kind != .documentStart
    try peek()
    mark = eventMark
    return true
  }

  // MARK: Values

  mutating func nextShape() throws(SyntaxProblem) -> ValueShape {
    try peek()
    switch kind {
    case .mappingStart: return .mapping
    case .sequenceStart: return .sequence
    default: return .scalar
    }
  }

  mutating func enterMapping() throws(SyntaxProblem) {
    try consume()
    depth += 1
  }

  mutating func enterSequence() throws(SyntaxProblem) {
    try consume()
    depth += 1
  }

  mutating func nextItem() throws(SyntaxProblem) -> Bool {
    try peek()
    if kind == .sequenceEnd {
      isPeeked = false
      depth -= 1
      return false
    }
    mark = eventMark
    return true
  }

  mutating func nextKey() throws(SyntaxProblem) -> Bool {
    while true {
      try consume()
      if let merge = merges.last, merge.depth == depth {
        if merge.isSequence {
          switch kind {
          case .sequenceEnd: merges.removeLast()
          case .mappingStart: merges.append((depth, false))
          default: throw problem("`<<` can only merge mappings")
          }
          continue
        }
        if kind == .mappingEnd {
          merges.removeLast()
          continue
        }
      } else if kind == .mappingEnd {
        depth -= 1
        return false
      }
      guard kind == .scalar else { throw keyProblem() }
      if isPlain, withText({ $0.count == 2 && $0[0] == 0x3c && $0[1] == 0x3c }) {
        try consume()
        switch kind {
        case .mappingStart: merges.append((depth, false))
        case .sequenceStart: merges.append((depth, true))
        default: throw problem("`<<` can only merge mappings")
        }
        continue
      }
      isMergedKey = merges.last?.depth == depth
      mark = eventMark
      return true
    }
  }

  mutating func readScalar() throws(SyntaxProblem) -> ScalarType {
    try consume()
    if tag == .text || tag == .none && !isPlain { return .text }
    return withText { YAMLScalar.type(of: $0) }
  }

  mutating func skipValue() throws(SyntaxProblem) {
    var level = 0
    repeat {
      try consume()
      switch kind {
      case .mappingStart, .sequenceStart: level += 1
      case .mappingEnd, .sequenceEnd: level -= 1
      default: break
      }
    } while level > 0
  }

  func withText<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if tapeIndex >= 0 { return try tape.withText(of: tapeIndex, body) }
    return try source.withText(body)
  }

  func position(of mark: Mark) -> (line: Int, column: Int) { mark.lineAndColumn }

  mutating func forgetWhatIsRead() {
    // The scanner's own buffer is behind what it has taken from the input.
    forgotten.advance(to: start + source.consumedByteCount, in: bytes)
  }

  // MARK: Going back

  mutating func beginLookahead() {
    var state = Lookahead(tapeStart: tape.count, replays: replays, merges: merges, depth: depth)
    if tapeIndex >= 0 {
      // The key itself came from the tape: it is to be replayed first.
      state.replays.append((tapeIndex, tapeIndex + 1))
    } else if tape.isRecording {
      // An anchored value holds the key: it is the last event on the tape.
      state.tapeStart -= 1
    } else {
      tape.appendKey(source)
    }
    lookahead = state
  }

  mutating func rewind() {
    guard let start = lookahead else { return }
    lookahead = nil
    // What came from the source since is on the tape; it follows what was being replayed then.
    replays = tape.count > start.tapeStart ? [(start.tapeStart, tape.count)] : []
    replays += start.replays
    merges = start.merges
    depth = start.depth
    isPeeked = false
  }

  // MARK: Events

  private mutating func peek() throws(SyntaxProblem) {
    if isPeeked { return }
    try pull()
    isPeeked = true
  }

  @inline(__always)
  private mutating func consume() throws(SyntaxProblem) {
    if isPeeked { isPeeked = false } else { try pull() }
  }

  /// Makes the next event the present one; aliases are replaced by what they stand for.
  private mutating func pull() throws(SyntaxProblem) {
    while true {
      if replays.isEmpty { try pullFromSource() } else { pullFromTape() }
      if kind != .mappingEnd && kind != .sequenceEnd { progress += 1 }
      if kind != .alias { return }
      try beginReplay()
    }
  }

  private mutating func pullFromTape() {
    let last = replays.count - 1
    let index = replays[last].next
    replays[last].next += 1
    if replays[last].next == replays[last].end { replays.removeLast() }
    tapeIndex = index
    kind = tape.kind(index)
    isPlain = tape.isPlain(index)
    tag = tape.tag(index)
    eventMark = tape.mark(index)
  }

  private mutating func pullFromSource() throws(SyntaxProblem) {
    try source.next()
    tapeIndex = -1
    kind = source.kind
    isPlain = source.isPlain
    tag = source.tag
    eventMark = source.mark
    let anchor = kind == .mappingEnd || kind == .sequenceEnd ? nil : source.anchor
    if lookahead == nil, tape.isDisposable { tape.removeAll() }
    if anchor != nil || lookahead != nil || tape.isRecording {
      try tape.append(source, anchor: anchor)
    }
  }

  /// The present event is an alias: hands out its anchor's events next.
  private mutating func beginReplay() throws(SyntaxProblem) {
    let name = tapeIndex >= 0 ? tape.anchorName(tapeIndex) : source.anchor
    guard let name, let range = tape.events(of: name) else {
      throw problem("the alias `*\(name ?? "")` has no anchor `&\(name ?? "")` before it")
    }
    replayedEventCount += range.count
    if replayedEventCount > Self.maximumReplayedEvents {
      throw problem(
        "aliases bring in more than \(Self.maximumReplayedEvents) values; write them out")
    }
    replays.append((range.lowerBound, range.upperBound))
  }

  private func problem(_ message: String) -> SyntaxProblem {
    let place = eventMark.lineAndColumn
    return SyntaxProblem(line: place.line, column: place.column, message: message)
  }

  /// A key that is a mapping or a list: `{{ template }}` reads like this, and nothing else in a manifest does.
  private func keyProblem() -> SyntaxProblem {
    let place = eventMark.lineAndColumn
    let lines = LineIndex(bytes, around: [place.line - 1])
    if let column = lines.column(of: "{{", in: place.line - 1) {
      return SyntaxProblem(
        line: place.line, column: column + 1,
        message: "this is a template, not YAML: render it first (`helm template`, "
          + "`kustomize build`, ...)")
    }
    return problem("a key must be text, not a mapping or a list")
  }
}
