import NetworkTypes

extension String: Archivable {
  func write(to archive: inout ArchiveWriter) { archive.write(self) }
  init(from archive: inout ArchiveReader) throws(ArchiveError) { self = try archive.string() }
}

extension IPAddress: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(family == .ipv6)
    if family == .ipv6 { archive.write(high) }
    archive.write(low)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    if try archive.flag() {
      let high = try archive.number()
      self.init(ipv6High: high, low: try archive.number())
    } else {
      self.init(ipv4: try archive.number(as: UInt32.self))
    }
  }
}

extension IPPrefix: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(address)
    archive.write(UInt64(length))
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    let address: IPAddress = try archive.value()
    let length = try archive.number(as: UInt8.self)
    guard Int(length) <= address.family.bitCount else {
      throw archive.failure("a prefix of \(length) bits")
    }
    self.init(address, length: Int(length))
  }
}

extension IPProtocol: Archivable {
  func write(to archive: inout ArchiveWriter) { archive.write(UInt64(rawValue)) }
  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(rawValue: try archive.number(as: UInt8.self))
  }
}

extension PortRange: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(UInt64(first))
    archive.write(UInt64(last))
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    let first = try archive.number(as: UInt16.self)
    let last = try archive.number(as: UInt16.self)
    guard first <= last else { throw archive.failure("a port range ends before it starts") }
    self.init(first, through: last)
  }
}

extension Timestamp: Archivable {
  func write(to archive: inout ArchiveWriter) { archive.write(Int(nanoseconds)) }
  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(nanoseconds: Int64(try archive.integer()))
  }
}
