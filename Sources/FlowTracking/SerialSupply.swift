import NetworkTypes
import PacketCapture
import PacketDecode

/// A capture that is read and decoded when its packets are asked for.
@safe
final class SerialSupply: PacketSupply {
  let number: UInt16
  let continuity: Continuity
  let mayWait: Bool
  private let path: String
  private let reader: any CaptureReader
  private let stage: PacketStage
  private let batch: UnsafeMutableBufferPointer<PacketRecord>
  private var position = 0
  private var end = 0

  init(
    path: String, number: UInt16, reader: any CaptureReader, mayWait: Bool,
    options: CaptureRun.Options, views: ViewTable
  ) {
    self.path = path
    self.mayWait = mayWait
    self.number = number
    self.reader = reader
    let continuity = Continuity(number)
    self.continuity = continuity
    stage = PacketStage(number: number, options: options) { view in
      var view = view
      view.capture = continuity.viewCapture
      return views.number(of: view)
    }
    unsafe batch = .allocate(capacity: FlowTracker.batchSize)
  }

  deinit {
    unsafe batch.deallocate()
  }

  var hasPackets: Bool { position < end }
  var nextTime: Int64 { unsafe batch[position].timestampNanoseconds }
  var byteOffset: UInt64 { reader.byteOffset }
  var packetCount: UInt64 { reader.packetCount }
  var metadata: CaptureMetadata { reader.metadata }

  func refill() -> Bool {
    position = 0
    end = unsafe reader.read(into: batch)
    return end > 0
  }

  func take(
    before limit: Int64, atMost maximum: Int, into room: BatchRoom
  ) -> (packets: Int, entries: Int) {
    // Safe: the records from `position` to `end` are the reader's last ones.
    let taken = unsafe stage.decode(
      batch.baseAddress! + position, count: min(end - position, maximum), before: limit,
      of: reader, offset: position, into: room)
    position += taken.packets
    return taken
  }

  func takeFindings() -> StageFindings { stage.takeFindings() }

  var summary: CaptureSummary {
    CaptureSummary(
      path: path, format: reader.format, packetCount: reader.packetCount,
      filteredPacketCount: reader.filteredPacketCount,
      untimedPacketCount: reader.untimedPacketCount, interfaces: reader.interfaces,
      anomalies: reader.anomalies, anomalyCount: reader.anomalyCount)
  }
}
