namespace Cloud.Wire.Limits;

/// <summary>So many in any stretch of so much time.</summary>
/// <param name="Count">0 for no limit.</param>
public readonly record struct MaxRate(int Count, TimeSpan Window)
{
    public static readonly MaxRate Off;

    public bool IsOff => Count <= 0;

    public static MaxRate PerMinute(int count) => new(count, TimeSpan.FromMinutes(1));

    public static MaxRate PerHour(int count) => new(count, TimeSpan.FromHours(1));
}
