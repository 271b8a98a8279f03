import ClusterModel
import FlowAudit

/// One document: the records, then the summary, the captures and what else the run has to say.
struct JSONAuditReport: AuditReport {
  private var buffer: ReportBuffer
  private var queue: RecordQueue
  private let form: VerdictRecordJSON
  private let captures: [String]
  private var json = JSONWriter()

  init(_ layout: AuditLayout, to buffer: ReportBuffer) {
    self.buffer = buffer
    queue = RecordQueue(sort: layout.sort, limit: layout.limit)
    form = VerdictRecordJSON(policies: layout.policies)
    captures = layout.captures
  }

  mutating func begin(digest: InputDigest) {
    json.beginObject()
    json.member("schema", VerdictRecordJSON.schema)
    digest.write(to: &json, hasSchema: false)
    json.key("flows")
    json.beginList()
  }

  mutating func add(_ record: VerdictRecord) {
    if let record = queue.add(record) { write(record) }
  }

  mutating func finish(_ overview: AuditOverview) throws {
    for record in queue.finish() { write(record) }
    json.breakLine()
    json.endList()
    json.breakLine()
    overview.write(to: &json)
    json.endObject()
    json.endLine()
    buffer.write(bytes: json.takeBytes())
    try buffer.finish()
  }

  private mutating func write(_ record: VerdictRecord) {
    json.breakLine()
    form.write(record, captures: captures, digest: nil, to: &json)
    buffer.write(bytes: json.takeBytes())
  }
}

extension AuditOverview {
  /// Everything but the flows, as members of the document.
  fileprivate func write(to json: inout JSONWriter) {
    json.key("summary")
    json.beginObject()
    json.member("flows", summary.flows)
    json.member("allowed", summary.allowed)
    json.member("denied", summary.denied)
    json.member("undecided", summary.undecided)
    json.member("not_evaluated", summary.outsideCluster)
    json.member("unenforced", summary.unenforced)
    json.member("unanswered", summary.unanswered)
    if comparedProfile != nil { json.member("profile_dependent", summary.profileDependent) }
    json.member("link_control", summary.linkControl)
    json.member("inferred_initiator", summary.inferredInitiator)
    json.member("packets", summary.packets)
    json.member("bytes", summary.bytes)
    json.endObject()
    json.write(run)
    json.key("cluster")
    json.beginObject()
    json.member("namespaces", cluster.namespaces)
    json.member("nodes", cluster.nodes)
    json.member("pods", cluster.pods)
    json.member("services", cluster.services)
    json.key("policies")
    json.beginObject()
    for policy in cluster.policies { json.member(policy.kind.rawValue, policy.count) }
    json.endObject()
    json.endObject()
    json.key("profile")
    json.write(profile)
    json.key("compared_profile")
    if let comparedProfile { json.write(comparedProfile) } else { json.null() }
    json.key("verification")
    if let verification {
      json.beginObject()
      json.member("flows", verification.flows)
      json.member("different", verification.different)
      json.endObject()
    } else {
      json.null()
    }
    json.member("left_out", leftOut)
    json.member("notes", notes)
  }
}

extension JSONWriter {
  /// What a profile is called, and each of its choices.
  fileprivate mutating func write(_ named: NamedProfile) {
    beginObject()
    member("name", named.name)
    key("flags")
    beginObject()
    for flag in Profile.flags { member(flag.optionName, named.profile[keyPath: flag.keyPath]) }
    endObject()
    endObject()
  }

  /// What was read, as members of the document.
  mutating func write(_ run: CaptureAccount) {
    member("first_time", run.firstTime?.description)
    member("last_time", run.lastTime?.description)
    member("complete", run.isComplete)
    member("interrupted", run.isInterrupted)
    key("captures")
    beginList()
    for capture in run.captures {
      beginObject()
      member("file", capture.file)
      member("packets", capture.packets)
      member("complete", capture.isComplete)
      member("problems", capture.problems)
      endObject()
    }
    endList()
    key("packets_without_flow")
    beginObject()
    for item in run.packetsWithoutFlow where item.count > 0 { member(item.reason, item.count) }
    endObject()
    member("capture_notes", run.notes)
  }
}
