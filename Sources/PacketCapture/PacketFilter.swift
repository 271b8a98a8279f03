import CPcap
import NetworkTypes

/// A compiled filter expression of pcap-filter(7), for one link type.
@safe
final class PacketFilter {
  private var program = unsafe bpf_program()

  /// - Throws: ``CaptureError`` with libpcap's message if the expression is not valid, or not for this link type.
  init(_ expression: String, linkType: LinkType) throws(CaptureError) {
    // libpcap's own numbers differ from those of files in one case that matters.
    let number = linkType == .raw ? DLT_RAW : Int32(truncatingIfNeeded: linkType.rawValue)
    guard
      let handle = unsafe pcap_open_dead(number, Int32(CaptureReaderLimits.frameByteCount))
    else { throw CaptureError(.invalidFilter, "the filter cannot be compiled") }
    defer { unsafe pcap_close(handle) }
    // Safe: the handle is open; the program is freed below. No netmask is known.
    guard unsafe pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
      let message = unsafe String(cString: pcap_geterr(handle))
      throw CaptureError(.invalidFilter, "filter `\(expression)`: \(message)")
    }
  }

  deinit {
    unsafe pcap_freecode(&program)
  }

  /// Whether a packet passes. Only captured bytes are looked at.
  func matches(_ record: PacketRecord) -> Bool {
    var header = pcap_pkthdr()
    unsafe header.caplen = record.capturedLength
    unsafe header.len = record.originalLength
    // Safe: the record's bytes are valid, and the program was checked when it was compiled.
    return unsafe pcap_offline_filter(
      &program, &header, record.bytes.assumingMemoryBound(to: UInt8.self)) != 0
  }
}

/// Hands out those packets of another reader that pass a filter.
///
/// The filter is compiled once for each link type.
final class FilteringReader: CaptureReader {
  private let base: any CaptureReader
  private let expression: String
  private var filters: [LinkType: PacketFilter?] = [:]
  private var log = AnomalyLog()

  /// - Throws: ``CaptureError`` if the expression is not valid: for the capture's link type where that is known already, else
  ///   for any of those that captures of clusters have.
  convenience init(_ base: any CaptureReader, expression: String) throws(CaptureError) {
    self.init(base, checkedExpression: expression)
    let known = Set(base.interfaces.map(\.linkType))
    let candidates = known.isEmpty ? [.ethernet, .linuxCooked2, .linuxCooked, .raw] : Array(known)
    var refusal: CaptureError?
    for linkType in candidates {
      do {
        filters[linkType] = try PacketFilter(expression, linkType: linkType)
        return
      } catch {
        refusal = refusal ?? error
      }
    }
    if let refusal { throw refusal }
  }

  /// For an expression that was found valid when the capture was opened.
  init(_ base: any CaptureReader, checkedExpression: String) {
    self.base = base
    expression = checkedExpression
  }

  var format: CaptureFormat { base.format }
  var interfaces: [CaptureInterface] { base.interfaces }
  var metadata: CaptureMetadata { base.metadata }
  var anomalies: [CaptureAnomaly] {
    Array((base.anomalies + log.first).prefix(CaptureReaderLimits.anomalies))
  }
  var anomalyCount: UInt64 { base.anomalyCount + log.count }
  var packetCount: UInt64 { base.packetCount }
  var byteOffset: UInt64 { base.byteOffset }
  var untimedPacketCount: UInt64 { base.untimedPacketCount }
  private(set) var filteredPacketCount: UInt64 = 0
  private(set) var filteredPacketNumbers: [UInt64] = []

  func read(into records: UnsafeMutableBufferPointer<PacketRecord>) -> Int {
    while true {
      let count = unsafe base.read(into: records)
      if count == 0 { return 0 }
      var kept = 0
      let before = base.packetCount - UInt64(count)
      filteredPacketNumbers.removeAll(keepingCapacity: true)
      for index in 0..<count {
        let record = unsafe records[index]
        guard let filter = unsafe filter(ofInterface: Int(record.interface)),
          unsafe filter.matches(record)
        else { continue }
        unsafe records[kept] = record
        filteredPacketNumbers.append(before + UInt64(index) + 1)
        kept += 1
      }
      filteredPacketCount += UInt64(count - kept)
      if kept > 0 { return kept }
    }
  }

  private func filter(ofInterface number: Int) -> PacketFilter? {
    let linkType = base.interfaces[number].linkType
    if let known = filters[linkType] { return known }
    do {
      let filter = try PacketFilter(expression, linkType: linkType)
      filters[linkType] = filter
      return filter
    } catch {
      log.append(
        CaptureAnomaly(
          packetNumber: base.packetCount, byteOffset: base.byteOffset,
          reason: .refused(message: "\(error.message) (link type \(linkType))"),
          action: .skipped))
      filters.updateValue(nil, forKey: linkType)
      return nil
    }
  }
}
