/// Events of one document that were kept to be read again: for anchors, and for looking ahead.
struct YAMLTape {
  private struct Event {
    var kind: YAMLEventSource.Kind
    var isPlain: Bool
    var tag: YAMLEventSource.Tag
    var mark: Mark
    var text: Range<Int>
    /// Name of an alias.
    var name: String?
  }

  private struct OpenAnchor {
    var name: String
    var start: Int
    /// Containers that were open on the tape when the anchored value began.
    var level: Int
  }

  private var events: [Event] = []
  private var texts: [UInt8] = []
  private var anchors: [String: Range<Int>] = [:]
  private var openAnchors: [OpenAnchor] = []
  /// Containers that began on the tape and have not ended.
  private var level = 0

  var count: Int { events.count }

  /// Whether an anchored value is not complete yet.
  var isRecording: Bool { !openAnchors.isEmpty }

  /// Whether nothing on the tape can be asked for again, once all replays are over.
  var isDisposable: Bool { !events.isEmpty && anchors.isEmpty && openAnchors.isEmpty }

  func kind(_ index: Int) -> YAMLEventSource.Kind { events[index].kind }
  func isPlain(_ index: Int) -> Bool { events[index].isPlain }
  func tag(_ index: Int) -> YAMLEventSource.Tag { events[index].tag }
  func mark(_ index: Int) -> Mark { events[index].mark }
  func anchorName(_ index: Int) -> String? { events[index].name }

  func withText<Result, Failure: Error>(
    of index: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(texts.span.extracting(events[index].text))
  }

  /// Keeps the present event of `source`, a key that was read before keeping began.
  mutating func appendKey(_ source: borrowing YAMLEventSource) {
    keep(source, name: nil)
  }

  /// Keeps the present event of `source`; `anchor` is the name that it carries.
  mutating func append(
    _ source: borrowing YAMLEventSource, anchor: String?
  ) throws(SyntaxProblem) {
    let kind = source.kind
    if let anchor, kind == .alias, openAnchors.contains(where: { $0.name == anchor }) {
      let place = source.mark.lineAndColumn
      throw SyntaxProblem(
        line: place.line, column: place.column,
        message: "the alias `*\(anchor)` stands inside its own anchor")
    }
    if let anchor, kind != .alias {
      openAnchors.append(OpenAnchor(name: anchor, start: events.count, level: level))
    }
    keep(source, name: kind == .alias ? anchor : nil)
    switch kind {
    case .mappingStart, .sequenceStart: level += 1
    case .mappingEnd, .sequenceEnd: level -= 1
    default: break
    }
    while let last = openAnchors.last, last.level >= level {
      anchors[last.name] = last.start..<events.count
      openAnchors.removeLast()
    }
  }

  private mutating func keep(_ source: borrowing YAMLEventSource, name: String?) {
    let start = texts.count
    source.withText { span in
      for index in span.indices { texts.append(span[index]) }
    }
    events.append(
      Event(
        kind: source.kind, isPlain: source.isPlain, tag: source.tag, mark: source.mark,
        text: start..<texts.count, name: name))
  }

  /// The events of the value that the anchor `name` was set on last.
  func events(of name: String) -> Range<Int>? { anchors[name] }

  mutating func removeAll() {
    if events.isEmpty { return }
    events.removeAll(keepingCapacity: events.count < 4_096)
    texts.removeAll(keepingCapacity: texts.count < 65_536)
    anchors.removeAll()
    openAnchors.removeAll()
    level = 0
  }
}
