using Cloud.Dns;
using Cloud.Dns.Messages;

namespace Cloud.Tests.Dns;

/// <summary>Answers as lines of a zone.</summary>
static class Responses
{
    public const string Soa = "example 600 SOA ns.example admin.example 1 2 3 4 60";

    public static ResponseWriter Answer(string answers, string authorities = "", HeaderFlags flags = 0) =>
        new()
        {
            Answers = [.. ZoneText.Records(answers)],
            Authorities = [.. ZoneText.Records(authorities)],
            Flags = HeaderFlags.Response | HeaderFlags.RecursionAvailable | flags,
        };

    public static ResponseWriter Error(ResponseCode code, string answers = "", string authorities = "") =>
        new()
        {
            Code = code,
            Answers = [.. ZoneText.Records(answers)],
            Authorities = [.. ZoneText.Records(authorities)],
        };

    public static ResponseWriter Truncated => new() { Flags = HeaderFlags.Response | HeaderFlags.Truncated };
}
