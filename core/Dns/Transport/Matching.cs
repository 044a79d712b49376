using Cloud.Dns.Messages;

namespace Cloud.Dns.Transport;

/// <summary>Whether a message answers a question. RFC 5452 §9.1.</summary>
static class Matching
{
    /// <summary>Id, direction, kind and question are right.</summary>
    /// <remarks>A server that could not read the question may leave it out of its error: FORMERR, NOTIMP and their like.</remarks>
    public static bool IsAnswerTo(ReadOnlySpan<byte> octets, ushort id, Question asked, out MessageHeader header) =>
        DnsMessage.TryReadQuestion(octets, out header, out var question)
        && header is { IsResponse: true, IsQuery: true }
        && header.Id == id
        && (
            question == asked || question is null && header.Code is not (ResponseCode.NoError or ResponseCode.NameError)
        );
}
