namespace Cloud.Api.Rest.Sends;

/// <summary>The time that all files of a request have to be fetched, however many messages it has.</summary>
/// <remarks>It begins with the request's work, and ends within the time in which that is done once.</remarks>
sealed class LinkTime(TimeProvider time)
{
    static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    readonly DateTimeOffset end = time.GetUtcNow() + Most;

    /// <summary>What is left of it; zero when it is over.</summary>
    public TimeSpan Left => end - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;
}
