using System.Globalization;

namespace Cloud.Api.Rest;

/// <summary>How many requests a key may make: so many in each minute, counted by each process for itself.</summary>
/// <remarks>
/// In memory, since a count in the store would cost as much as what is counted: with several instances a key may make as
/// many times more.
/// </remarks>
sealed class ApiRates(TimeProvider time, int perMinute)
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
            return new(count < perMinute, perMinute, Math.Max(perMinute - count - 1, 0), left);
        }
    }

    /// <param name="IsWithin">Else it is to be refused.</param>
    /// <param name="Limit">Requests of a minute.</param>
    /// <param name="Left">How many more there may be.</param>
    /// <param name="Seconds">Until all are there again.</param>
    public readonly record struct Standing(bool IsWithin, int Limit, int Left, int Seconds)
    {
        /// <summary>The header fields of draft-ietf-httpapi-ratelimit-headers.</summary>
        public ApiAnswer On(ApiAnswer answer) =>
            answer
                .With("RateLimit-Policy", string.Create(CultureInfo.InvariantCulture, $"\"key\";q={Limit};w={Window}"))
                .With("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"key\";r={Left};t={Seconds}"));
    }
}
