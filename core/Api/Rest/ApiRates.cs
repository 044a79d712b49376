using System.Globalization;

namespace Cloud.Api.Rest;

/// <summary>How many requests a key or an address may make: so many in each minute, counted by each process for itself.</summary>
/// <remarks>
/// In memory, since a count in the store would cost as much as what is counted: with several instances a key may make as
/// many times more.
/// </remarks>
/// <param name="policy">What is counted by, as its asker is told: <c>key</c>.</param>
sealed class ApiRates(TimeProvider time, string policy, int perMinute)
{
    /// <summary>Keys counted; with more all are forgotten.</summary>
    const int MaxKeys = 10_000;

    const int Window = 60;

    readonly Lock guard = new();
    readonly Dictionary<string, (long Minute, int Count)> counts = new(StringComparer.Ordinal);

    /// <summary>Counts a request.</summary>
    public Standing Take(string key)
    {
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        var minute = seconds / Window;
        var left = (int)(Window - seconds % Window);
        lock (guard)
        {
            if (counts.Count >= MaxKeys && !counts.ContainsKey(key))
                counts.Clear();
            var count = counts.TryGetValue(key, out var known) && known.Minute == minute ? known.Count : 0;
            counts[key] = (minute, Math.Min(count + 1, perMinute));
            return new(policy, count < perMinute, perMinute, Math.Max(perMinute - count - 1, 0), left);
        }
    }

    /// <param name="Policy">What is counted by.</param>
    /// <param name="IsWithin">Else it is to be refused.</param>
    /// <param name="Limit">Requests of a minute.</param>
    /// <param name="Left">How many more there may be.</param>
    /// <param name="Seconds">Until all are there again.</param>
    public readonly record struct Standing(string Policy, bool IsWithin, int Limit, int Left, int Seconds)
    {
        /// <summary>The header fields of draft-ietf-httpapi-ratelimit-headers.</summary>
        /// <remarks>Each has a list of policies: a route may have told of one of its own.</remarks>
        public ApiAnswer On(ApiAnswer answer)
        {
            Add("RateLimit-Policy", string.Create(CultureInfo.InvariantCulture, $"\"{Policy}\";q={Limit};w={Window}"));
            Add("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"{Policy}\";r={Left};t={Seconds}"));
            return answer;

            void Add(string name, string value) =>
                answer.With(name, answer.Header(name) is { } before ? $"{value}, {before}" : value);
        }
    }
}
