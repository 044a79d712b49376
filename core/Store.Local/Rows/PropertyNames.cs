using System.Text;

namespace Cloud.Store.Local.Rows;

/// <summary>Gives the same string for the same property name, so that reading a row does not allocate its names.</summary>
/// <remarks>A fixed number of places; a name that finds another in its place takes it. Threads may race: both are right.</remarks>
static class PropertyNames
{
    /// <summary>Some ten kinds of rows with ten properties each leave most names a place of their own.</summary>
    const int Places = 1024;

    static readonly string?[] Known = new string?[Places];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var place = ref Known[hash.ToHashCode() & (Places - 1)];
        var known = place;
        if (known is null || !Ascii.Equals(utf8, known))
            place = known = Encoding.UTF8.GetString(utf8);
        return known;
    }
}
