/// Reads the header of a table's memory, without trusting any of it.
struct TableImage {
  let memory: TableMemory
  let shape: TableShape
  let flags: UInt32
  /// Whether ``ClassNumbers`` have 2 bytes.
  let isNarrow: Bool
  let bucketShift: UInt32

  init(memory: TableMemory) throws(TableError) {
    self.memory = memory
    guard memory.byteCount >= 8 else {
      throw TableError(.truncated, "\(memory.byteCount) bytes are no table")
    }
    guard Self.load(memory, TableHeader.magicOffset, UInt64.self) == TableHeader.magic else {
      throw TableError(.notATable, "the file does not start like a FlowVerdict table")
    }
    guard memory.byteCount >= TableHeader.byteCount else {
      throw TableError(.truncated, "the table ends inside its header")
    }
    func word(_ offset: Int) -> UInt32 { Self.load(memory, offset, UInt32.self) }
    let version = word(TableHeader.versionOffset)
    guard version == TableHeader.formatVersion else {
      throw TableError(
        .unsupportedVersion,
        "table format \(version); this program reads format \(TableHeader.formatVersion): compile the table again"
      )
    }
    guard word(TableHeader.byteOrderOffset) == TableHeader.byteOrderMark else {
      throw TableError(
        .unsupportedVersion,
        "the table was written on a machine of another byte order: compile it again")
    }
    let total = Self.load(memory, TableHeader.totalByteCountOffset, UInt64.self)
    guard total <= UInt64(memory.byteCount) else {
      throw TableError(
        .truncated,
        "the table has \(memory.byteCount) of its \(total) bytes: copy or compile it again")
    }
    guard total == UInt64(memory.byteCount) else {
      throw TableError(.corrupt, "\(memory.byteCount) bytes for a table of \(total)")
    }
    flags = word(TableHeader.flagsOffset)
    isNarrow = flags & TableHeader.hasNarrowClassNumbers != 0
    var ranges: [Range<Int>] = []
    var end = TableHeader.byteCount
    for section in TableSection.allCases {
      let offset = TableHeader.sectionsOffset + section.rawValue * 16
      let start = Self.load(memory, offset, UInt64.self)
      let count = Self.load(memory, offset + 8, UInt64.self)
      guard start >= UInt64(end), start % UInt64(TableHeader.sectionAlignment) == 0,
        count <= total, start <= total - count,
        count % UInt64(section.elementByteCount(isNarrow: isNarrow)) == 0
      else {
        throw TableError(.corrupt, "section \(section) of the table lies outside of it")
      }
      ranges.append(Int(start)..<Int(start + count))
      end = Int(start + count)
    }
    guard let ingressLayout = PairLayout(rawValue: word(TableHeader.ingressLayoutOffset)),
      let egressLayout = PairLayout(rawValue: word(TableHeader.egressLayoutOffset))
    else {
      throw TableError(.corrupt, "unknown layout of the pair tables")
    }
    let stride = Int(word(TableHeader.portSetStrideOffset))
    guard stride > 0, stride <= 1 << 20, stride % 8 == 0 else {
      throw TableError(.corrupt, "port sets of \(stride) bytes")
    }
    bucketShift = word(TableHeader.bucketShiftOffset)
    shape = TableShape(
      ingressLayout: ingressLayout, egressLayout: egressLayout,
      ingressRowCount: Int(word(TableHeader.ingressRowCountOffset)),
      egressRowCount: Int(word(TableHeader.egressRowCountOffset)),
      ingressPeerCount: Int(word(TableHeader.ingressPeerCountOffset)),
      egressPeerCount: Int(word(TableHeader.egressPeerCountOffset)),
      classCount: ranges[TableSection.classes.rawValue].count / 16,
      portClassCount: Int(word(TableHeader.portClassCountOffset)),
      portSetStride: stride,
      portSetCount: ranges[TableSection.portSets.rawValue].count / stride,
      ruleCount: Int(word(TableHeader.ruleCountOffset)),
      byteCount: Int(total), ranges: ranges)
  }

  /// Reads an integer; the caller has checked that it lies inside the memory.
  static func load<Value: FixedWidthInteger & BitwiseCopyable>(
    _ memory: TableMemory, _ offset: Int, _ type: Value.Type
  ) -> Value {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= memory.byteCount)
    return unsafe Value(littleEndian: memory.base.loadUnaligned(fromByteOffset: offset, as: type))
  }

  func range(of section: TableSection) -> Range<Int> { shape.ranges[section.rawValue] }

  func count(of section: TableSection) -> Int {
    range(of: section).count / section.elementByteCount(isNarrow: isNarrow)
  }

  /// A section of class numbers, for the checks: each index below its count.
  func classNumbers(_ section: TableSection) -> ClassNumbers {
    unsafe ClassNumbers(memory.base + range(of: section).lowerBound, isNarrow: isNarrow)
  }

  /// A section as its elements, for the checks.
  func elements<Element>(_ section: TableSection, _ type: Element.Type) -> SectionElements<Element>
  {
    unsafe SectionElements(
      start: (memory.base + range(of: section).lowerBound).assumingMemoryBound(to: type),
      count: range(of: section).count / MemoryLayout<Element>.stride, memory: memory)
  }
}

/// The elements of a section; every access is bounds-checked, and the memory stays alive.
@safe
struct SectionElements<Element>: RandomAccessCollection {
  private let start: UnsafePointer<Element>
  private let memory: TableMemory
  let endIndex: Int
  var startIndex: Int { 0 }

  /// - Parameter start: inside `memory`, and so are the `count` elements after it.
  @unsafe
  init(start: UnsafePointer<Element>, count: Int, memory: TableMemory) {
    unsafe self.start = start
    self.memory = memory
    endIndex = count
  }

  subscript(index: Int) -> Element {
    precondition(index >= 0 && index < endIndex)
    return unsafe start[index]
  }
}
