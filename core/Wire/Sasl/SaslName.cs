namespace Cloud.Wire.Sasl;

/// <summary>saslname: <c>=2C</c> and <c>=3D</c> stand for comma and equals sign; no other <c>=</c> (RFC 5802 §5.1).</summary>
static class SaslName
{
    /// <returns>Null for what is no saslname.</returns>
    public static string? Read(string written)
    {
        if (written.Length == 0 || written.Contains('\0', StringComparison.Ordinal))
            return null;
        var rest = written.Replace("=2C", "", StringComparison.Ordinal).Replace("=3D", "", StringComparison.Ordinal);
        return rest.Contains('=', StringComparison.Ordinal)
            ? null
            : written.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
    }
}
