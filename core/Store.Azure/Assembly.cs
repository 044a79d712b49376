using System.IO.Hashing;
using System.Runtime.CompilerServices;

// Azure.Storage.Common loads this type with every upload, but the build does not follow a package's references. Named
// here, its assembly goes along into every program that uses the adapter.
[assembly: TypeForwardedTo(typeof(NonCryptographicHashAlgorithm))]
