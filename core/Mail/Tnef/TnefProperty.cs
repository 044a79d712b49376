namespace Cloud.Mail.Tnef;

/// <summary>A MAPI property: [MS-OXTNEF] §2.1.3.</summary>
/// <param name="Id">Below 0x8000: what it is. Others have names, and are passed over.</param>
/// <param name="Type">Of its value.</param>
/// <param name="Value">Octets of its (first) value.</param>
readonly record struct TnefProperty(int Id, int Type, TnefRange Value)
{
    public const int Text8 = 0x1E;
    public const int Unicode = 0x1F;
    public const int Object = 0x0D;
    public const int Binary = 0x102;

    const int Unspecified = 0x00;
    const int Null = 0x01;
    const int Multiple = 0x1000;
    const int FirstNamed = 0x8000;

    /// <summary>Octets of the GUID before a name.</summary>
    const int Guid = 16;

    /// <summary>Properties of a list; real ones have some hundred.</summary>
    const int MaxProperties = 10_000;

    /// <summary>Values of a property; of more, the rest of the list is not understood.</summary>
    const int MaxValues = 10_000;

    /// <returns>False where the list is broken: what came before stands.</returns>
    public static bool Read(TnefCursor cursor, List<TnefProperty> properties)
    {
        if (!cursor.Long(out var count))
            return false;
        for (uint i = 0; i < count; i++)
        {
            if (i == MaxProperties || !Next(ref cursor, out var property))
                return false;
            properties.Add(property);
        }

        return true;
    }

    static bool Next(ref TnefCursor cursor, out TnefProperty property)
    {
        property = default;
        if (!cursor.Word(out var type) || !cursor.Word(out var id))
            return false;
        if (id >= FirstNamed && !SkipName(ref cursor))
            return false;

        var single = type & ~Multiple;
        var isVariable = single is Text8 or Unicode or Object or Binary;
        uint values = 1;
        if ((isVariable || type != single) && !cursor.Long(out values))
            return false;
        if (values > MaxValues)
            return false;
        // Many values of no octets would cost time that no octets of the file paid for.
        if (type != single && single is Unspecified or Null)
            return false;
        TnefRange first = default;
        for (uint i = 0; i < values; i++)
        {
            uint length = 0;
            if (isVariable ? !cursor.Long(out length) : !Size(single, out length))
                return false;
            if (!cursor.Take(length, out var value))
                return false;
            cursor.Pad(length);
            if (i == 0)
                first = value;
        }

        property = new(id, single, first);
        return true;
    }

    static bool SkipName(ref TnefCursor cursor)
    {
        if (!cursor.Take(Guid, out _) || !cursor.Long(out var kind))
            return false;
        if (!cursor.Long(out var length))
            return false;
        if (kind == 0) // it was a number
            return true;
        if (!cursor.Take(length, out _))
            return false;
        cursor.Pad(length);
        return true;
    }

    static bool Size(int type, out uint octets)
    {
        octets = type switch
        {
            Unspecified or Null => 0,
            0x02 or 0x0B => 2, // padded to four
            0x03 or 0x04 or 0x0A => 4,
            0x05 or 0x06 or 0x07 or 0x14 or 0x40 => 8,
            0x48 => 16,
            _ => uint.MaxValue,
        };
        return octets != uint.MaxValue;
    }
}
